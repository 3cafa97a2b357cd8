"""The invoice of a centre, compared with our record call by call."""

from datetime import UTC, datetime
from decimal import Decimal

from routing.centres.day_counts import HandedOverCall
from routing.centres.disagreements import Disagreement, compare_invoice
from routing.centres.statements import StatementLine

AT = datetime(2030, 6, 3, 12, tzinfo=UTC)
PRICE = Decimal("2.45")


def call(reference: str, ring_s: float | None = 5.0, talk_s: float | None = 100.0) -> HandedOverCall:
    return HandedOverCall(reference, AT, AT.date(), ring_s, talk_s)


CALLS = {each.reference: each for each in (call("a"), call("b"), call("silent", None, None), call("short", 5, 3))}
COSTS = {"a": PRICE, "b": PRICE, "silent": Decimal(0), "short": Decimal(0)}


def found(*lines: tuple[str, str] | tuple[str, str, int]) -> list[tuple[Disagreement, str, Decimal, Decimal]]:
    read = [
        StatementLine(number, reference, Decimal(seconds[0]) if seconds else None, Decimal(amount))
        for number, (reference, amount, *seconds) in enumerate(lines, start=2)
    ]
    differences = compare_invoice(read, CALLS, COSTS, elsewhere={"may"})
    return [(each.kind, each.reference, each.ours, each.theirs) for each in differences]


def test_an_invoice_that_says_what_we_say_has_no_disagreement() -> None:
    assert found(("a", "2.45", 103), ("b", "2.4549")) == []


def test_each_disagreement_has_its_reason_and_both_amounts() -> None:
    nothing = Decimal(0)
    assert found(
        ("a", "2.60"),
        ("a", "2.45"),
        ("b", "2.45", 200),
        ("silent", "2.45"),
        ("short", "2.45"),
        ("may", "2.45"),
        ("x", "2.45"),
    ) == [
        (Disagreement.AMOUNT, "a", PRICE, Decimal("2.60")),
        (Disagreement.TWICE, "a", nothing, PRICE),
        (Disagreement.LENGTH, "b", PRICE, PRICE),
        (Disagreement.NOT_ANSWERED, "silent", nothing, PRICE),
        (Disagreement.NO_CONTACT, "short", nothing, PRICE),
        (Disagreement.OTHER_MONTH, "may", nothing, PRICE),
        (Disagreement.UNKNOWN, "x", nothing, PRICE),
    ]


def test_a_call_that_the_centre_has_forgotten_is_said_too() -> None:
    assert found(("a", "2.45")) == [(Disagreement.NOT_BILLED, "b", PRICE, Decimal(0))]
