"""What callers hear between two moments, with the gaps and the overlaps of what is planned."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from routing.messages import BlackoutPeriod, MessageVersion, NoMessagePolicy, OnAir, find_active_blackout, find_on_air


@dataclass(frozen=True, slots=True)
class Segment:
    """From `start` (included) to `end` (excluded) callers hear `on_air`; `blackout`: the period that decides it."""

    start: datetime
    end: datetime
    on_air: OnAir
    blackout: BlackoutPeriod | None = None

    @property
    def is_gap(self) -> bool:
        """Whether no message is planned: callers hear one that is past its end, or that there is none."""
        return self.blackout is None and (self.on_air.version is None or self.on_air.stale)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two versions are planned at once: callers hear `heard`, and not `hidden`, which has an end of its own."""

    start: datetime
    end: datetime
    heard: MessageVersion
    hidden: MessageVersion


@dataclass(frozen=True, slots=True)
class Schedule:
    """The versions of an announcement, its policy for no message, and the blackout periods."""

    announcement: str
    versions: Sequence[MessageVersion]
    policy: NoMessagePolicy
    blackout_periods: Sequence[BlackoutPeriod] = ()

    def list_segments(self, start: datetime, end: datetime, now: datetime) -> tuple[Segment, ...]:
        """What callers hear, or have heard, one segment after the other; `now` parts what was from what is planned."""
        moments = sorted({start, *(moment for moment in self._moments() if start < moment < end)})
        segments: list[Segment] = []
        for moment, until in zip(moments, [*moments[1:], end], strict=True):
            segment = self._segment(moment, until, now)
            if segments and replace(segments[-1], start=moment, end=until) == segment:
                segments[-1] = replace(segments[-1], end=until)
            else:
                segments.append(segment)
        return tuple(segments)

    def list_gaps(self, start: datetime, end: datetime, now: datetime) -> tuple[Segment, ...]:
        """The segments to come in which no message is planned."""
        return tuple(one for one in self.list_segments(max(start, now), end, now) if one.is_gap) if end > now else ()

    def list_overlaps(self, start: datetime, end: datetime, now: datetime) -> tuple[Overlap, ...]:
        """Where a version to come, or the one on air, keeps another one with an end from being heard."""
        found: dict[tuple[int, int], Overlap] = {}
        for segment in self.list_segments(max(start, now), end, now) if end > now else ():
            heard = segment.on_air.version
            if heard is None or segment.blackout or segment.on_air.stale:
                continue
            for hidden in self._hidden(segment, heard):
                pair = heard.id, hidden.id
                first = found[pair].start if pair in found else segment.start
                found[pair] = Overlap(first, segment.end, heard, hidden)
        return tuple(sorted(found.values(), key=lambda one: (one.start, one.hidden.id)))

    def _hidden(self, segment: Segment, heard: MessageVersion) -> Iterable[MessageVersion]:
        for version in self.versions:
            planned = version.announcement == self.announcement and version.blackout_period is None
            if planned and version.id != heard.id and version.valid_until and version.is_valid(segment.start):
                yield version

    def _moments(self) -> Iterable[datetime]:
        for version in self.versions:
            yield from (moment for moment in (version.valid_from, version.valid_until, version.published_at) if moment)
        for period in self.blackout_periods:
            yield from (moment for moment in (period.starts_at, period.ends_at, period.lifted_at) if moment)

    def _segment(self, start: datetime, end: datetime, now: datetime) -> Segment:
        # What was published later was not heard then.
        known = [version for version in self.versions if start >= now or version.published_at <= start]
        blackout = find_active_blackout(self.blackout_periods, start)
        on_air = find_on_air(known, self.announcement, start, self.policy, self.blackout_periods)
        return Segment(start, end, on_air, blackout)
