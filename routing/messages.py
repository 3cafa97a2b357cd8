"""Which version of a message is on air now.

There is no scheduler and no "current" pointer to race for: versions are intervals, and who asks at an instant gets
the answer for that instant.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class WhenNone(StrEnum):
    """What a slot plays when no version is valid: the last one that was, or a sentence saying there is none."""

    LAST = "last"
    SENTENCE = "sentence"


@dataclass(frozen=True, slots=True)
class MessageVersion:
    """One published version: on air from `valid_from` (included) to `valid_until` (excluded; None: no end).

    `audio` is the content hash of the sound, `text` its transcript ("" when nobody wrote one); times are aware.
    """

    id: int
    slot: str
    audio: str
    valid_from: datetime
    valid_until: datetime | None
    published_at: datetime
    published_by: str
    text: str

    def valid(self, now: datetime) -> bool:
        """True while this version may be played."""
        return self.valid_from <= now and (self.valid_until is None or now < self.valid_until)

    def ended(self, now: datetime) -> bool:
        """True once it has been valid and is no longer."""
        return self.valid_until is not None and self.valid_from < self.valid_until <= now


@dataclass(frozen=True, slots=True)
class OnAir:
    """What callers hear. `stale` says that it is kept on past its end for want of a newer one."""

    version: MessageVersion | None
    stale: bool = False


def on_air(versions: Iterable[MessageVersion], slot: str, now: datetime, when_none: WhenNone) -> OnAir:
    """The version of `slot` that callers hear at `now`.

    Among valid ones the latest `valid_from` wins, then the latest published, then the highest id. When none is valid:
    with `last`, the one that ended most recently, marked stale; with `sentence`, none.
    """
    candidates = [version for version in versions if version.slot == slot]
    valid = [version for version in candidates if version.valid(now)]
    if valid:
        return OnAir(max(valid, key=lambda version: (version.valid_from, version.published_at, version.id)))
    ended = [(v.valid_until, v.valid_from, v.published_at, v.id, v) for v in candidates if v.ended(now)]
    if ended and when_none is WhenNone.LAST:
        return OnAir(max(ended)[-1], stale=True)
    return OnAir(None)
