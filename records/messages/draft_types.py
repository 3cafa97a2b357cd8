"""Drafts of messages and prompts as values, and the errors of those who work on them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from records.errors import RecordsError
from routing.messages import MessageVersion


class DraftState(StrEnum):
    OPEN = "open"
    AWAITING_APPROVAL = "waiting"
    """Submitted, for a second person to approve."""
    PUBLISHED = "published"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class DraftAudio:
    """The audio that was uploaded. `sha256` is of its content; `original_name` is only displayed.

    `level_dbfs` is the level of speech without pauses, `loudness` the word for it (prompts.audio.recording_level).
    `voice` is the name of the synthetic voice that spoke it, and `said` the text that it spoke; "" for a recording.
    """

    sha256: str
    original_name: str
    media_type: str
    seconds: float
    level_dbfs: float
    loudness: str
    voice: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class DraftContent:
    """What can be edited: the part of the audio that is kept (seconds from its beginning), transcript and title."""

    from_s: float
    until_s: float
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class AirPeriod:
    """When the message is on air. `start` None: from its publication; `end` None: until another message."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message that was submitted for approval was sent back to its author."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft of a message of `announcement`, or of the prompt `prompt` ("fr/apology"); the other one is "".

    `changed_by` edited it last, and `revised_by` did something with it last, such as sending it back; `authors` are the
    users who have edited it. `edited_version_id` is the scheduled version that it replaces when it is published.
    """

    id: int
    announcement: str
    audio: DraftAudio
    content: DraftContent
    period: AirPeriod
    state: DraftState
    revision: int
    made_at: datetime
    made_by: str
    changed_at: datetime
    changed_by: str
    authors: frozenset[int]
    version_id: int | None
    prompt: str = ""
    revised_at: datetime | None = None
    revised_by: str = ""
    refusal: Refusal | None = None
    edited_version_id: int | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """A draft as somebody decided to publish it.

    `revision` is the draft's revision that they saw, and `known_version` the newest version of the announcement that
    they knew of (None: none). `approving`: they approve, as the second person, what somebody else submitted.
    `edited_version`: the scheduled version that they know they replace.
    """

    draft: Draft
    revision: int
    content: DraftContent
    period: AirPeriod
    known_version: int | None
    approving: bool = False
    edited_version: int | None = None

    @classmethod
    def approval(cls, draft: Draft, revision: int, known_version: int | None, edited: int | None) -> "Publication":
        """The approval of a draft with the content and the period that its author submitted."""
        return cls(draft, revision, draft.content, draft.period, known_version, approving=True, edited_version=edited)


class DraftChanged(RecordsError):
    """Another person has saved the draft since it was read; `theirs` is the current draft. Nothing was written."""

    def __init__(self, theirs: Draft) -> None:
        self.theirs = theirs
        super().__init__(f"{theirs.revised_by} has changed this draft meanwhile; look at it again.")


class NewerVersionPublished(RecordsError):
    """Another message of the announcement has been published since the actor looked at it. Nothing was written."""

    def __init__(self, version: MessageVersion) -> None:
        self.version = version
        super().__init__(f"{version.published_by} has published another message meanwhile; listen to it first.")


class VersionStarted(RecordsError):
    """The scheduled version is on air, or was withdrawn or moved by somebody else. Nothing was written."""

    def __init__(self, version: MessageVersion) -> None:
        self.version = version
        super().__init__("This message is no longer scheduled; look at the calendar again.")


class RefusalWithoutReason(RecordsError):
    """A message is sent back to its author with a reason only."""


class DraftClosed(RecordsError):
    """The draft has been published or discarded; `draft` is its last state."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        super().__init__(f"This draft has been {draft.state} already; look at the history.")


class ApproverIsAuthor(RecordsError):
    """An author of a message cannot be the second person who approves it."""


class ApprovalRequired(RecordsError):
    """The plan requires a second person to approve the messages of this announcement."""
