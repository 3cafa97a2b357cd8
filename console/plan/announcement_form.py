"""What a key plays, as a form: its longest length, what is heard without a message, approval, the reminder."""

from collections.abc import Mapping

from console.plan.forms import Entries, PlanField, SimpleForm
from routing.approval import Approval
from routing.messages import NoMessagePolicy
from routing.plan.model import Announcement, Plan
from routing.plan.value_text import PlainValue
from translations.message import Message, translatable

_WHEN_NONE: Mapping[str, Message] = {
    NoMessagePolicy.KEEP_LAST: translatable("The last message stays on air"),
    NoMessagePolicy.PLAY_SENTENCE: translatable("A sentence says that there is no message at the moment"),
}
_APPROVALS: Mapping[str, Message] = {
    Approval.NONE: translatable("Whoever prepares a message publishes it"),
    Approval.SECOND: translatable("A second person approves it"),
}
_FIELDS = (
    PlanField(
        "when_none", "choice", translatable("When no message is valid any more"), options=_WHEN_NONE, optional=True
    ),
    PlanField(
        "max_seconds",
        "number",
        translatable("Longest message, in seconds"),
        optional=True,
        hint=translatable("5 to 600. Callers listen to about a minute and a half."),
    ),
    PlanField("approval", "choice", translatable("Before it is on air"), options=_APPROVALS, optional=True),
    PlanField(
        "renew_by",
        "time",
        translatable("Time from which yesterday's message is out of date"),
        optional=True,
        hint=translatable("From then on staff are reminded to renew it. Empty: never."),
    ),
)


def announcement_form(name: str, old: Entries, plan: Plan) -> SimpleForm:
    """The form of the announcement of this name."""
    usual = Announcement(name)
    defaults = {
        "when_none": str(usual.when_none_valid),
        "max_seconds": str(usual.max_seconds),
        "approval": str(usual.approval),
    }
    return SimpleForm(("announcements", name), _FIELDS, defaults)


def new_announcement_entries(plan: Plan) -> dict[str, PlainValue]:
    """What a new announcement is at first."""
    return {"when_none": str(NoMessagePolicy.PLAY_SENTENCE), "max_seconds": "90"}
