"""The file of outcomes of a centre is read with titles in both languages; outcomes by their names and titles."""

import pytest

from routing.centres.outcome_files import MAX_BYTES, MAX_LINES, OutcomeLine, find_outcome, read_outcome_file
from routing.request_rules import RequestOutcome, RequestRules
from routing.tables import TableError

RULES = RequestRules(
    outcomes=(
        RequestOutcome("answered", {"fr": "Réponse donnée", "en": "Answer given"}),
        RequestOutcome("called_back", {"fr": "Rappelé", "en": "Called back"}),
    )
)
NAMES = ("answered", "called_back", "dropped")


def read(text: str) -> tuple[OutcomeLine, ...]:
    return read_outcome_file("north", "mars.csv", text.encode()).lines


@pytest.mark.parametrize("titles", ["reference;outcome;note", "Référence;Résultat;Remarque", "X-Call-Ref;Issue;Note"])
def test_columns_are_known_by_their_titles(titles: str) -> None:
    assert read(f"{titles}\nABC;answered;Wants a receipt.\nDEF;nothing;\n") == (
        OutcomeLine(2, "abc", "answered", "Wants a receipt."),
        OutcomeLine(3, "def", "nothing"),
    )


def test_other_columns_are_left_alone_and_a_note_keeps_its_paragraphs() -> None:
    [line] = read('agent;outcome;note;ref\nZoé;answered;"one\ttab\x07\ntwo";abc\n')
    assert line == OutcomeLine(2, "abc", "answered", "one tab\ntwo")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "This file is empty"),
        (b"reference;note\na;b\n", "the column 'outcome' is missing"),
        (b"reference;outcome;result\na;b;c\n", "the column 'outcome' is there twice"),
        (b"reference;outcome\n", "no line below its titles"),
        (b"reference;outcome\n" + b"a;b\n" * (MAX_LINES + 1), f"more than {MAX_LINES} lines"),
        (b"reference;outcome\n" + b"a" * 2_000_000, "longer than 2000000 characters"),
        (b"a" * (MAX_BYTES + 1), "larger than 4 megabytes"),
        (b"PK\x03\x04 xl/worksheets", "This is an Excel workbook"),
        (b"reference;outcome\n\x00\x01;b\n", "is not text"),
    ],
)
def test_a_file_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    with pytest.raises(TableError, match=reason):
        read_outcome_file("north", "mars.csv", content)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("answered", "answered"),
        ("Called-back", "called_back"),
        ("REPONSE DONNEE", "answered"),
        ("answer given", "answered"),
        ("dropped", "dropped"),
        ("nonsense", None),
        ("", None),
    ],
)
def test_an_outcome_is_meant_by_its_name_or_its_title(said: str, found: str | None) -> None:
    assert find_outcome(said, NAMES, RULES) == found


def test_words_that_mean_two_outcomes_mean_none() -> None:
    rules = RequestRules(outcomes=tuple(RequestOutcome(name, {"": "Fait"}) for name in ("done", "closed")))
    assert find_outcome("fait", ("done", "closed"), rules) is None
    assert find_outcome("done", ("done", "closed"), rules) == "done"
