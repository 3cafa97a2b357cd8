"""What Prometheus reads of us: figures without a person in them (docs/decisions/0019-…).

Everything comes from the base and from the parts' signs of life, so that it can be told while a part is dead.
https://prometheus.io/docs/practices/naming/
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from ami.policy import Policy
from records import embargoes, figures, messages
from records.base import Base
from records.errors import RecordsError
from records.events import Ending
from records.presence import PresenceState
from records.requests import RequestKind
from routing.messages import on_air
from standardiste import heartbeat
from standardiste.installation import Installation

K = TypeVar("K")
Count = Callable[[datetime, datetime], Mapping[K, float]]

WAIT_BOUNDS_S = (5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0)
WAIT_OUTCOMES = ("answered", "abandoned")
HOUR = timedelta(hours=1)
SETTLED_AFTER = 3 * HOUR  # a call that began before has ended, and its record is complete


class Growing(Generic[K]):
    """Sums that only ever grow, from 0 at the first look, as a Prometheus counter must.

    Hours long past are counted once, the last ones anew at each look: an ending may become known late, and be known
    better later.
    """

    def __init__(self, count: Count[K]) -> None:
        self._count = count
        self._settled: Counter[K] = Counter()
        self._until: datetime | None = None
        self._first: Counter[K] | None = None
        self._shown: Counter[K] = Counter()

    def look(self, now: datetime) -> Mapping[K, float]:
        settled_until = now.replace(minute=0, second=0, microsecond=0) - SETTLED_AFTER
        self._until = self._until or settled_until
        while self._until < settled_until:
            self._settled.update(self._count(self._until, self._until + HOUR))
            self._until += HOUR
        total = self._settled + Counter(self._count(self._until, now + HOUR))
        self._first = total if self._first is None else self._first
        for key, value in total.items():
            self._shown[key] = max(self._shown[key], value - self._first[key])
        return self._shown


class Metrics(Collector):
    """Collects at each scrape. Two at once take turns. The base is opened when it is needed: it may be away before."""

    def __init__(self, house: Installation) -> None:
        self._house = house
        self._calls = Growing(lambda since, until: figures.ended(self._base, since, until))
        self._waits = Growing(lambda since, until: figures.waits(self._base, since, until, WAIT_BOUNDS_S))
        self._turn = threading.Lock()

    @property
    def _base(self) -> Base:
        return self._house.base

    @cached_property
    def _policy(self) -> Policy:
        return Policy(self._base, self._house.plan)

    def describe(self) -> Iterator[Metric]:
        """Nothing is looked at before the first scrape."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        with self._turn:
            yield from self._parts()
            yield from self._files()
            up = GaugeMetricFamily("standardiste_base_up", "1 while the base can be read.")
            try:
                told = list(self._told_by_base(datetime.now(UTC)))
            except RecordsError:
                up.add_metric([], 0)
                yield up
                return
            up.add_metric([], 1)
            yield from (up, *told)

    def _parts(self) -> Iterator[Metric]:
        ages = GaugeMetricFamily(
            "standardiste_heartbeat_age_seconds", "Since a part's last sign of life.", labels=["part"]
        )
        for beat in heartbeat.beats(self._house.settings.heartbeats):
            ages.add_metric([beat.part], beat.age_s)
        yield ages

    def _files(self) -> Iterator[Metric]:
        settings = self._house.settings
        journal = sum(_written(file) for file in settings.journal.glob("*.journal"))
        events = sum(_size(file) for file in settings.spool.glob("channel-events.*"))
        yield _gauge("standardiste_journal_bytes", "Kept for a base that cannot be written to.", journal)
        yield _gauge("standardiste_channel_events_bytes", "Asterisk's channel events on the disk.", events)

    def _told_by_base(self, now: datetime) -> Iterator[Metric]:
        self._policy.refresh()
        yield self._calls_ended(now)
        yield self._waited(now)
        there = figures.now(self._base, now)
        yield _gauge("standardiste_calls_active", "Calls under way.", there.calls)
        yield _gauge("standardiste_calls_waiting", "Callers in the queue for staff.", there.waiting)
        yield _by("standardiste_staff", "Staff by presence.", "state", PresenceState, there.staff)
        yield _by("standardiste_requests_open", "Requests to be treated.", "kind", RequestKind, there.requests)
        yield from self._messages(now)

    def _calls_ended(self, now: datetime) -> Metric:
        counter = CounterMetricFamily("standardiste_calls", "Calls that have ended, by result.", labels=["result"])
        ended = self._calls.look(now)
        for ending in Ending:
            counter.add_metric([ending], ended.get(ending, 0))
        return counter

    def _waited(self, now: datetime) -> Metric:
        histogram = HistogramMetricFamily(
            "standardiste_wait_seconds", "Time in the queue, by how it ended.", labels=["result"]
        )
        waits = self._waits.look(now)
        for outcome in WAIT_OUTCOMES:
            buckets = [(str(bound), waits.get((outcome, str(bound)), 0)) for bound in WAIT_BOUNDS_S]
            buckets.append(("+Inf", waits.get((outcome, "count"), 0)))
            histogram.add_metric([outcome], buckets, waits.get((outcome, "sum"), 0))
        return histogram

    def _messages(self, now: datetime) -> Iterator[Metric]:
        ages = GaugeMetricFamily(
            "standardiste_message_age_seconds", "Since the message on air went on air.", labels=["slot"]
        )
        stale = GaugeMetricFamily("standardiste_message_stale", "1 for a message past its end.", labels=["slot"])
        silences = embargoes.all(self._base)
        for name, slot in self._policy.plan.slots.items():
            heard = on_air(messages.versions(self._base, name), name, now, slot.when_none, silences)
            if heard.version:
                ages.add_metric([name], (now - heard.version.valid_from).total_seconds())
                stale.add_metric([name], heard.stale)
        yield from (ages, stale)


def _gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(name, documentation, value=value)


def _by(name: str, documentation: str, label: str, values: Iterable[str], counts: Mapping[str, int]) -> Metric:
    gauge = GaugeMetricFamily(name, documentation, labels=[label])
    for value in values:  # each from the start, so that a wall shows 0 and not nothing
        gauge.add_metric([str(value)], counts.get(value, 0))
    return gauge


def _size(file: Path) -> int:
    with suppress(OSError):  # it has just been dealt with
        return file.stat().st_size
    return 0


def _written(file: Path) -> int:
    """Without the zeros that keep room at its end."""
    with suppress(OSError):
        return len(file.read_bytes().rstrip(b"\0"))
    return 0
