"""The words of the costs of a centre, and why a call was handed over."""

import re
from collections.abc import Mapping

from routing.centres.contract import Tariff
from routing.centres.disagreements import SECONDS_APART, Disagreement
from routing.centres.pricing import CostKind
from routing.centres.statements import StatementKind
from translations.message import Message, translatable

TARIFFS: Mapping[Tariff, Message] = {
    Tariff.CONTACT: translatable("By contact"),
    Tariff.HOUR: translatable("By hour"),
}
COSTS: Mapping[CostKind, Message] = {
    CostKind.CONTACTS: translatable("Contacts"),
    CostKind.HOURS: translatable("Hours of agents"),
    CostKind.MINIMUM: translatable("Paid in any case"),
    CostKind.PENALTY: translatable("Penalty for the service level"),
    CostKind.SET_UP: translatable("Set-up"),
    CostKind.ROUNDING: translatable("Rounding"),
}
STATEMENTS: Mapping[StatementKind, Message] = {
    StatementKind.INVOICE: translatable("Its invoice, call by call"),
    StatementKind.HOURS: translatable("The hours of its agents, day by day"),
}
DISAGREEMENTS: Mapping[Disagreement, Message] = {
    Disagreement.TWICE: translatable("This call is on the invoice twice."),
    Disagreement.OTHER_MONTH: translatable("This call belongs to another month."),
    Disagreement.UNKNOWN: translatable("No call that this centre was given has this reference."),
    Disagreement.NOT_ANSWERED: translatable("The centre did not answer this call."),
    Disagreement.NO_CONTACT: translatable("The conversation was too short to be paid."),
    Disagreement.AMOUNT: translatable("The amount is different."),
    Disagreement.LENGTH: translatable(
        "The length of the conversation differs by more than %(seconds)s s.", seconds=SECONDS_APART
    ),
    Disagreement.NOT_BILLED: translatable("This call is not on the invoice."),
}
NO_REASON = translatable("A key of the menu led there.")
_REASONS: tuple[tuple[str, Message], ...] = (
    (r"closed", translatable("We were closed.")),
    (r"switched to overflow by hand", translatable("Calls were sent there by hand.")),
    (r"nobody logged in", translatable("Nobody from the team was logged in.")),
    (r"nobody ready", translatable("Nobody from the team was free.")),
    (r"(?P<now>\d+) waiting > (?P<limit>\d+)", translatable("%(now)s callers waited, more than %(limit)s.")),
    (
        r"longest wait (?P<now>\d+) s > (?P<limit>\d+) s",
        translatable("The first caller had waited for %(now)s s, more than %(limit)s s."),
    ),
    (
        r"estimated wait (?P<now>\d+) s > (?P<limit>\d+) s",
        translatable("The caller would have waited for about %(now)s s, more than %(limit)s s."),
    ),
    (r"within the share of (?P<limit>\d+) %", translatable("It was one of the %(limit)s per cent that go there.")),
)
"""How the recorded reasons of routing/queue/overflow.py begin, and what they say to people."""


def explain(because: str | None) -> Message:
    """Why the call was handed over, in words; `because` is the recorded reason."""
    if not because:
        return NO_REASON
    for pattern, words in _REASONS:
        if found := re.match(rf"{pattern}(?:,|$)", because, re.ASCII):
            return Message(words.text, found.groupdict())
    return translatable("The reception was full.")
