"""Which version of a message is on air now.

There is no scheduler and no "current" pointer to race for: versions are intervals, and who asks at an instant gets
the answer for that instant.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from enum import StrEnum


class NoMessagePolicy(StrEnum):
    """What a slot plays when no version is valid: the last one that was, or a sentence saying there is none."""

    KEEP_LAST = "last"
    PLAY_SENTENCE = "sentence"


@dataclass(frozen=True, slots=True)
class MessageVersion:
    """One published version: on air from `valid_from` (included) to `valid_until` (excluded; None: no end).

    `audio` is the content hash of the sound, `text` its transcript ("" when nobody wrote one); times are aware.
    `embargo` names the embargo of which this is the neutral message: it is heard during that one and never else.
    """

    id: int
    announcement: str
    audio: str
    valid_from: datetime
    valid_until: datetime | None
    published_at: datetime
    published_by: str
    text: str
    blackout_period: int | None = None

    def is_valid(self, now: datetime) -> bool:
        """True while this version may be played."""
        return self.valid_from <= now and (self.valid_until is None or now < self.valid_until)

    def has_ended(self, now: datetime) -> bool:
        """True once it has been valid and is no longer."""
        return self.valid_until is not None and self.valid_from < self.valid_until <= now


@dataclass(frozen=True, slots=True)
class BlackoutPeriod:
    """A time, `starts_at` (included) to `ends_at` (excluded), in which its neutral message alone is heard and nobody is
    called back: the silence before an election. `reason` says why; `lifted_at`: when somebody ended it before.
    """

    id: int
    starts_at: datetime
    ends_at: datetime
    reason: str
    by: str
    lifted_at: datetime | None = None

    def is_active(self, now: datetime) -> bool:
        """True while it is in force."""
        return self.starts_at <= now < min(self.ends_at, self.lifted_at or self.ends_at)


@dataclass(frozen=True, slots=True)
class OnAir:
    """What callers hear. `stale` says that it is kept on past its end for want of a newer one."""

    version: MessageVersion | None
    stale: bool = False


def find_active_blackout(blackout_periods: Iterable[BlackoutPeriod], now: datetime) -> BlackoutPeriod | None:
    """The embargo that holds at `now`; of several the last one set."""
    return max((one for one in blackout_periods if one.is_active(now)), key=lambda one: one.id, default=None)


def find_on_air(
    versions: Iterable[MessageVersion],
    announcement: str,
    now: datetime,
    policy: NoMessagePolicy,
    blackout_periods: Iterable[BlackoutPeriod] = (),
) -> OnAir:
    """The version of `slot` that callers hear at `now`.

    During an embargo its neutral message, whatever else was published. Else among valid ones the latest `valid_from`
    wins, then the latest published, then the highest id. When none is valid: with `last`, the one that ended most
    recently, marked stale; with `sentence`, none.
    """
    embargo = find_active_blackout(blackout_periods, now)
    only = embargo.id if embargo else None
    candidates = [
        version for version in versions if version.announcement == announcement and version.blackout_period == only
    ]
    if embargo:
        return OnAir(max(candidates, key=lambda version: version.id, default=None))
    valid = [version for version in candidates if version.is_valid(now)]
    if valid:
        return OnAir(max(valid, key=lambda version: (version.valid_from, version.published_at, version.id)))
    ended = [(v.valid_until, v.valid_from, v.published_at, v.id, v) for v in candidates if v.has_ended(now)]
    if ended and policy is NoMessagePolicy.KEEP_LAST:
        return OnAir(max(ended)[-1], stale=True)
    return OnAir(None)


def is_overdue(heard: OnAir, now: datetime, zone: tzinfo, renew_by: time | None) -> bool:
    """Whether the message should have been renewed: it is past its end; or it is after `renew_by`, by the clock of
    `zone`, and yesterday's or an older one is still on air."""
    if heard.version is None or heard.version.blackout_period:
        return False
    local = now.astimezone(zone)
    late = renew_by is not None and local.time() >= renew_by
    return heard.stale or (late and heard.version.valid_from.astimezone(zone).date() < local.date())


def list_upcoming_changes(
    versions: Iterable[MessageVersion],
    announcement: str,
    now: datetime,
    policy: NoMessagePolicy,
    blackout_periods: Iterable[BlackoutPeriod] = (),
) -> tuple[tuple[datetime, OnAir], ...]:
    """What callers will hear after `now`, as it is known today: each moment at which that changes."""
    listed, silences = tuple(versions), tuple(blackout_periods)
    moments = {m for version in listed for m in (version.valid_from, version.valid_until) if m and m > now}
    moments |= {m for one in silences for m in (one.starts_at, one.ends_at) if m > now}
    heard, found = find_on_air(listed, announcement, now, policy, silences), []
    for moment in sorted(moments):
        then = find_on_air(listed, announcement, moment, policy, silences)
        if then != heard:
            found.append((moment, then))
        heard = then
    return tuple(found)
