from routing.plan.merge import merge_texts

ORIGIN = "".join(f"{number}\n" for number in range(10))


def test_changes_to_different_lines_are_both_kept() -> None:
    theirs = ORIGIN.replace("2\n", "two\n").replace("9\n", "")
    mine = ORIGIN.replace("5\n", "five\nand a half\n")
    assert merge_texts(ORIGIN, theirs, mine) == "0\n1\ntwo\n3\n4\nfive\nand a half\n6\n7\n8\n"


def test_changes_to_one_line_or_to_neighbours_are_for_a_person() -> None:
    theirs = ORIGIN.replace("5\n", "five\n")
    for mine in (ORIGIN.replace("5\n", "V\n"), ORIGIN.replace("6\n", "six\n"), ORIGIN.replace("5\n", "5\nmore\n")):
        assert merge_texts(ORIGIN, theirs, mine) is None


def test_the_same_change_twice_is_one() -> None:
    theirs = ORIGIN.replace("5\n", "five\n")
    assert merge_texts(ORIGIN, theirs, theirs) == theirs
    assert merge_texts(ORIGIN, theirs, ORIGIN) == theirs
    assert merge_texts(ORIGIN, theirs, theirs.replace("0\n", "zero\n")) == theirs.replace("0\n", "zero\n")
