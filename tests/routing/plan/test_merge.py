"""The changes of two people to one text are merged."""

from routing.plan.merge import merge_texts

ANCESTOR = "".join(f"{number}\n" for number in range(10))


def test_changes_to_different_lines_are_both_kept() -> None:
    theirs = ANCESTOR.replace("2\n", "two\n").replace("9\n", "")
    mine = ANCESTOR.replace("5\n", "five\nand a half\n")
    assert merge_texts(ANCESTOR, theirs, mine) == "0\n1\ntwo\n3\n4\nfive\nand a half\n6\n7\n8\n"


def test_changes_to_the_same_or_adjacent_lines_are_not_merged() -> None:
    theirs = ANCESTOR.replace("5\n", "five\n")
    for mine in (
        ANCESTOR.replace("5\n", "V\n"),
        ANCESTOR.replace("6\n", "six\n"),
        ANCESTOR.replace("5\n", "5\nmore\n"),
    ):
        assert merge_texts(ANCESTOR, theirs, mine) is None


def test_two_equal_changes_are_one() -> None:
    theirs = ANCESTOR.replace("5\n", "five\n")
    assert merge_texts(ANCESTOR, theirs, theirs) == theirs
    assert merge_texts(ANCESTOR, theirs, ANCESTOR) == theirs
    assert merge_texts(ANCESTOR, theirs, theirs.replace("0\n", "zero\n")) == theirs.replace("0\n", "zero\n")
