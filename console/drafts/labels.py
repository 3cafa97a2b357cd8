"""What the page of a draft says."""

from collections.abc import Mapping

from prompts.audio.recording_level import Loudness
from records.messages.draft_types import DraftState
from translations.message import Message, translatable

PUBLISHED = translatable("On air: the next caller hears this message.")
PUBLISHED_LATER = translatable("This message goes on air at its time.")
PROMPT_PUBLISHED = translatable("Replaced, from the next call on.")
SUBMITTED = translatable("Somebody else can approve it now.")
APPROVED = translatable("Approved: this message is published.")
SENT_BACK = translatable("This message is a draft again.")
REFUSED = translatable("Sent back: its author reads your reason.")
DISCARDED = translatable("This draft is discarded.")
KEPT = translatable("It is saved.")
SPOKEN = translatable("The voice has said this text. Listen to it.")
APPROVER_IS_AUTHOR = translatable("You have prepared or changed this message: somebody else must approve it.")
APPROVAL_REQUIRED = translatable("Here a second person approves each message: choose “Submit for approval”.")
VERSION_STARTED = translatable(
    "The scheduled message that you were changing is on air by now, or somebody else has moved or withdrawn it. "
    "Yours is untouched: published now, it is a message of its own."
)
PROMPT_REPLACED = translatable("Somebody else has replaced this prompt meanwhile. Listen to theirs, then decide.")
REASON_MISSING = translatable("Write what should be changed; the author reads it.")
VOICE_FAILED = translatable("The synthetic voice could not say this text. Try another one.")
OTHER_WORDS = translatable(
    "The voice has said other words. Choose “Have the voice say this text”, and listen, before it goes on air."
)
CLOSED_NOTICES: Mapping[DraftState, Message] = {
    DraftState.PUBLISHED: translatable("This message has been published already."),
    DraftState.DISCARDED: translatable("This draft has been discarded already."),
}
LOUDNESS_LABELS: Mapping[str, tuple[Message, Message]] = {
    Loudness.GOOD: (
        translatable("Level good"),
        translatable("The voice will be brought to the loudness of the other prompts."),
    ),
    Loudness.TOO_LOW: (
        translatable("Level too low"),
        translatable("The noise of the room will be heard. If you can, record again closer to the microphone."),
    ),
    Loudness.TOO_LOUD: (
        translatable("Level too loud"),
        translatable("The sound is distorted in places. If you can, record again more softly."),
    ),
}
"""The name of a level, and what to do about it."""
