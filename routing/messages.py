"""Which version of a message is on air.

Versions are intervals of time, so there is no scheduler and no pointer to a current version: the answer is computed for
the instant of each question.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from enum import StrEnum


class NoMessagePolicy(StrEnum):
    """What is played when no version is valid: the last one that was, or a sentence that there is no message."""

    KEEP_LAST = "last"
    PLAY_SENTENCE = "sentence"


@dataclass(frozen=True, slots=True)
class MessageVersion:
    """A published version: on air from `valid_from` (included) to `valid_until` (excluded; None: no end).

    `audio` is the content hash of the sound, `text` its transcript and `title` its name for people ("" without one);
    times are aware. `blackout_period` is the id of the period whose neutral message this is: it is on air during that
    period only. A version that was withdrawn before it began is never on air.
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
    title: str = ""
    withdrawn_at: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        """True while the version may be played."""
        begun = self.valid_from <= now and (self.valid_until is None or now < self.valid_until)
        return begun and self.withdrawn_at is None

    def has_ended(self, now: datetime) -> bool:
        """True when it has been valid and no longer is."""
        over = self.valid_until is not None and self.valid_from < self.valid_until <= now
        return over and self.withdrawn_at is None


@dataclass(frozen=True, slots=True)
class BlackoutPeriod:
    """A period, such as that before an election, in which only a neutral message is on air and no callback is made.

    From `starts_at` (included) to `ends_at` (excluded), or to `lifted_at` when a user has ended it earlier.
    """

    id: int
    starts_at: datetime
    ends_at: datetime
    reason: str
    by: str
    lifted_at: datetime | None = None

    def is_active(self, now: datetime) -> bool:
        """True while the period lasts."""
        return self.starts_at <= now < min(self.ends_at, self.lifted_at or self.ends_at)


@dataclass(frozen=True, slots=True)
class OnAir:
    """What callers hear. `stale`: the version has ended, and is played because there is no newer one."""

    version: MessageVersion | None
    stale: bool = False


def find_active_blackout(blackout_periods: Iterable[BlackoutPeriod], now: datetime) -> BlackoutPeriod | None:
    """The period that is active at `now`; of several the one with the highest id."""
    return max((one for one in blackout_periods if one.is_active(now)), key=lambda one: one.id, default=None)


def find_on_air(
    versions: Iterable[MessageVersion],
    announcement: str,
    now: datetime,
    policy: NoMessagePolicy,
    blackout_periods: Iterable[BlackoutPeriod] = (),
) -> OnAir:
    """The version of an announcement that callers hear at `now`.

    During a blackout period that is its neutral message. Otherwise, of the valid versions, the one with the latest
    `valid_from`, then the latest `published_at`, then the highest id. When none is valid, KEEP_LAST gives the one that
    ended last, marked as stale, and PLAY_SENTENCE gives none.
    """
    blackout = find_active_blackout(blackout_periods, now)
    blackout_id = blackout.id if blackout else None
    candidates = [
        version
        for version in versions
        if version.announcement == announcement and version.blackout_period == blackout_id
    ]
    if blackout:
        return OnAir(max(candidates, key=lambda version: version.id, default=None))
    valid = [version for version in candidates if version.is_valid(now)]
    if valid:
        return OnAir(max(valid, key=lambda version: (version.valid_from, version.published_at, version.id)))
    ended = [(v.valid_until, v.valid_from, v.published_at, v.id, v) for v in candidates if v.has_ended(now)]
    if ended and policy is NoMessagePolicy.KEEP_LAST:
        return OnAir(max(ended)[-1], stale=True)
    return OnAir(None)


def is_overdue(on_air: OnAir, now: datetime, zone: tzinfo, renew_by: time | None) -> bool:
    """Whether the message should have been renewed.

    That is so when it has ended, and when a message of an earlier day is still on air after `renew_by` in `zone`.
    """
    if on_air.version is None or on_air.version.blackout_period:
        return False
    local = now.astimezone(zone)
    late = renew_by is not None and local.time() >= renew_by
    return on_air.stale or (late and on_air.version.valid_from.astimezone(zone).date() < local.date())


def list_upcoming_changes(
    versions: Iterable[MessageVersion],
    announcement: str,
    now: datetime,
    policy: NoMessagePolicy,
    blackout_periods: Iterable[BlackoutPeriod] = (),
) -> tuple[tuple[datetime, OnAir], ...]:
    """The instants after `now` at which what callers hear changes, each with what they hear from then on."""
    listed, blackouts = tuple(versions), tuple(blackout_periods)
    moments = {m for version in listed for m in (version.valid_from, version.valid_until) if m and m > now}
    moments |= {m for one in blackouts for m in (one.starts_at, one.ends_at) if m > now}
    on_air, changes = find_on_air(listed, announcement, now, policy, blackouts), []
    for moment in sorted(moments):
        then = find_on_air(listed, announcement, moment, policy, blackouts)
        if then != on_air:
            changes.append((moment, then))
        on_air = then
    return tuple(changes)
