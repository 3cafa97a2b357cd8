"""The words of the costs of a centre, and why a call was handed over."""

from collections.abc import Mapping

from records.centres.ledger import HandoffReason
from routing.centres.contract import Tariff
from routing.centres.disagreements import SECONDS_APART, Disagreement
from routing.centres.pricing import CostKind
from routing.centres.statements import StatementKind
from routing.queue.centre_choice import Titles, tell_choice
from routing.queue.overflow_words import tell_reason
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


def explain(reason: HandoffReason | None, title: Titles) -> Message:
    """Why the call was handed over, and why to this centre, in words. `title`: what people call a centre."""
    why = tell_reason(reason.because if reason else None)
    choice = tell_choice(reason.choice, title) if reason and reason.choice else None
    return translatable("%(first)s %(second)s", first=why, second=choice) if choice else why
