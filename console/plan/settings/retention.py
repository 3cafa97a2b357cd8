"""For how long what identifies a person is kept."""

from collections.abc import Mapping

from console.plan.settings.fields import FieldGroup, NumberField
from console.plan.settings.form import SettingsForm
from routing.plan import bounds
from routing.plan.model import Plan
from routing.retention import RetentionRules
from translations.message import Message, translatable

PURPOSES: Mapping[str, tuple[Message, Message]] = {
    "reception": (
        translatable("Calls, and requests that came from them"),
        translatable("Counted from the call."),
    ),
    "voicemail": (
        translatable("Voice messages"),
        translatable("Counted from when they were left; the recordings are deleted, too."),
    ),
    "callback": (
        translatable("Callbacks"),
        translatable("With name and topic, counted from when the callback was closed."),
    ),
    "campaigning": (
        translatable("Consents to receive news"),
        translatable("Counted from the consent."),
    ),
    "satisfaction": (
        translatable("Answers to satisfaction surveys"),
        translatable("Counted from the answer."),
    ),
}


def retention_form(plan: Plan) -> SettingsForm:
    """The days of each purpose."""
    defaults = RetentionRules()
    days = tuple(
        NumberField(
            f"retention.{purpose}",
            label,
            hint,
            bounds=bounds.RETENTION[purpose],
            default=int(getattr(defaults, purpose)),
        )
        for purpose, (label, hint) in PURPOSES.items()
    )
    return SettingsForm(
        translatable("How long data are kept"),
        translatable(
            "After so many days the name, the number and the words of a person are deleted, every night. Counts stay."
            " The numbers should be those of your register of processing."
        ),
        (
            FieldGroup(
                translatable("Days"),
                days,
                translatable(
                    "With fewer days than before, the next night deletes what is older, and nobody can bring it back."
                    " Requests that nobody has resolved are kept until then."
                ),
            ),
        ),
        plan,
    )
