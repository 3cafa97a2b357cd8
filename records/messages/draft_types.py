"""Drafts of messages as values, and the errors of those who work on them."""

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
    """

    sha256: str
    original_name: str
    media_type: str
    seconds: float
    level_dbfs: float
    loudness: str


@dataclass(frozen=True, slots=True)
class DraftContent:
    """What can be edited: the part of the audio that is kept (seconds from its beginning), and the transcript."""

    from_s: float
    until_s: float
    text: str


@dataclass(frozen=True, slots=True)
class AirPeriod:
    """When the message is on air. `start` None: from its publication; `end` None: until another message."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Draft:
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


@dataclass(frozen=True, slots=True)
class Publication:
    """A draft as somebody decided to publish it.

    `revision` is the draft's revision that they saw, and `known_version` the newest version of the announcement that
    they knew of (None: none). `approving`: they approve, as the second person, what somebody else submitted.
    """

    draft: Draft
    revision: int
    content: DraftContent
    period: AirPeriod
    known_version: int | None
    approving: bool = False

    @classmethod
    def approval(cls, draft: Draft, revision: int, known_version: int | None) -> "Publication":
        """The approval of a draft with the content and the period that its author submitted."""
        return cls(draft, revision, draft.content, draft.period, known_version, approving=True)


class DraftChanged(RecordsError):
    """Another person has saved the draft since it was read; `theirs` is the current draft. Nothing was written."""

    def __init__(self, theirs: Draft) -> None:
        self.theirs = theirs
        super().__init__(f"{theirs.changed_by} has changed this draft meanwhile; look at it again.")


class NewerVersionPublished(RecordsError):
    """Another message of the announcement has been published since the actor looked at it. Nothing was written."""

    def __init__(self, version: MessageVersion) -> None:
        self.version = version
        super().__init__(f"{version.published_by} has published another message meanwhile; listen to it first.")


class DraftClosed(RecordsError):
    """The draft has been published or discarded; `draft` is its last state."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        super().__init__(f"This draft has been {draft.state} already; look at the history.")


class ApproverIsAuthor(RecordsError):
    """An author of a message cannot be the second person who approves it."""


class ApprovalRequired(RecordsError):
    """The plan requires a second person to approve the messages of this announcement."""
