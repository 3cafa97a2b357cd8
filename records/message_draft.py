"""A message on its way to the air, as values; and what can be in the way of who works on it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from records.errors import RecordsError
from routing.messages import MessageVersion


class DraftState(StrEnum):
    OPEN = "open"
    WAITING = "waiting"
    """For a second person to approve it."""
    PUBLISHED = "published"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Sound:
    """What was handed in, as it is kept: `sha256` of its content; `original_name` is only ever shown.

    `level_dbfs` is that of speech without its pauses, `loudness` the word for it (prompts.loudness).
    """

    sha256: str
    original_name: str
    media_type: str
    seconds: float
    level_dbfs: float
    loudness: str


@dataclass(frozen=True, slots=True)
class Wording:
    """What can be changed in a draft: what is kept of the sound (seconds from its beginning), and its transcript."""

    from_s: float
    until_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Period:
    """When it shall be heard; `start` None: as soon as it is published, `end` None: until another message."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    id: int
    slot: str
    sound: Sound
    wording: Wording
    period: Period
    state: DraftState
    revision: int
    made_at: datetime
    made_by: str
    changed_at: datetime
    changed_by: str
    authors: frozenset[int]
    version_id: int | None


class DraftChanged(RecordsError):
    """Somebody else has saved the draft since it was read: `theirs` is how it stands now. Nothing was written."""

    def __init__(self, theirs: Draft) -> None:
        self.theirs = theirs
        super().__init__(f"{theirs.changed_by} has changed this draft meanwhile; look at it again.")


class Overtaken(RecordsError):
    """Another message has been published in the slot since it was looked at. Nothing was written."""

    def __init__(self, version: MessageVersion) -> None:
        self.version = version
        super().__init__(f"{version.published_by} has published another message meanwhile; listen to it first.")


class DraftOver(RecordsError):
    """The draft has been published or discarded; `draft` is how it ended."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        super().__init__(f"This draft has been {draft.state} already; look at the history.")


class NotTheSecond(RecordsError):
    """Who made, changed or handed in a message cannot be the second person who approves it."""


class NeedsSecond(RecordsError):
    """The plan wants a second person to approve the messages of this slot."""
