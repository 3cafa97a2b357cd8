"""Where the invoice of a centre differs from our record of its calls."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from routing.centres.day_counts import HandedOverCall
from routing.centres.pricing import CENT, NOTHING
from routing.centres.statements import StatementLine

SECONDS_APART = 5
"""A talk may be so much shorter or longer on the invoice: the two sides hear its beginning at different moments."""


class Disagreement(StrEnum):
    """Why a line of the invoice, or a call of ours, does not match. The first one that applies counts."""

    TWICE = "twice"
    OTHER_MONTH = "other_month"
    UNKNOWN = "unknown"  # no call of this centre has the reference
    NOT_ANSWERED = "not_answered"
    NO_CONTACT = "no_contact"  # too short to cost anything
    AMOUNT = "amount"
    LENGTH = "length"
    NOT_BILLED = "not_billed"  # ours costs something, and is not on the invoice


@dataclass(frozen=True, slots=True)
class Difference:
    """One disagreement: the line of the invoice (None when it has none), our call, what each side says it costs."""

    kind: Disagreement
    reference: str
    line: StatementLine | None
    call: HandedOverCall | None
    ours: Decimal
    theirs: Decimal


def compare_invoice(
    lines: Sequence[StatementLine],
    calls: Mapping[str, HandedOverCall],
    costs: Mapping[str, Decimal],
    elsewhere: Collection[str] = (),
) -> tuple[Difference, ...]:
    """Every difference, those of lines in the order of the file, then our calls that are not on it.

    `calls` of the month and their `costs` by reference, as the contract is paid; `elsewhere`: references of calls that
    the centre was given in other months. Amounts less than a cent apart agree: the two sides may round.
    """
    found: list[Difference] = []
    seen: set[str] = set()
    for line in lines:
        call, ours = calls.get(line.reference), costs.get(line.reference, NOTHING)
        kind = Disagreement.TWICE if line.reference in seen else _judge(line, call, ours, elsewhere)
        seen.add(line.reference)
        if kind is not None:
            once = NOTHING if kind is Disagreement.TWICE else ours
            found.append(Difference(kind, line.reference, line, call, once, line.amount or NOTHING))
    missing = [reference for reference in calls if reference not in seen and costs.get(reference)]
    found += [
        Difference(Disagreement.NOT_BILLED, reference, None, calls[reference], costs[reference], NOTHING)
        for reference in missing
    ]
    return tuple(found)


def _judge(
    line: StatementLine, call: HandedOverCall | None, ours: Decimal, elsewhere: Collection[str]
) -> Disagreement | None:
    theirs = line.amount or NOTHING
    if call is None:
        return Disagreement.OTHER_MONTH if line.reference in elsewhere else Disagreement.UNKNOWN
    if theirs and call.ring_s is None:
        return Disagreement.NOT_ANSWERED
    if theirs and not ours:
        return Disagreement.NO_CONTACT
    if abs(theirs - ours) >= CENT:
        return Disagreement.AMOUNT
    if line.seconds is not None and abs(line.seconds - Decimal(str(call.talk_s or 0))) > SECONDS_APART:
        return Disagreement.LENGTH
    return None
