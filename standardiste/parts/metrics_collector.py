"""The metrics that Prometheus reads; none of them names a person (docs/decisions/0019-…).

They come from the database and from the heartbeats, so that they are there while a part is dead.
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
from records.call_events import Disposition, RefusalReason
from records.calls import refusals, statistics
from records.contacts.duplicates.counters import AvoidedBy, Decided, read_counts
from records.contacts.duplicates.proposals import count_proposals
from records.database.engine import Database
from records.errors import RecordsError
from records.messages import blackout_periods, message_versions
from records.requests.requests import RequestKind
from records.staff.presence import PresenceState
from records.trunks import list_trunks
from routing.messages import find_on_air
from routing.trunks import TEST_TRUNK
from standardiste.installation import Installation
from standardiste.parts import heartbeat

K = TypeVar("K")
CountBetween = Callable[[datetime, datetime], Mapping[K, float]]

WAIT_BOUNDS_S = (5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0)
WAIT_DISPOSITIONS = ("answered", "abandoned")
# Each label is followed by its former name, which stays until version 1.0.
DISPOSITION_LABELS = ("disposition", "result")
ANNOUNCEMENT_LABELS = ("announcement", "slot")
HOUR = timedelta(hours=1)
FINAL_AFTER = 3 * HOUR  # the record of a call that began earlier is complete


class MonotonicCounter(Generic[K]):
    """Sums that start at 0 and never decrease, as a Prometheus counter requires.

    Hours long past are counted once, the last hours at each scrape: the disposition of a call may become known
    late, and may change.
    """

    def __init__(self, count: CountBetween[K]) -> None:
        self._count = count
        self._settled: Counter[K] = Counter()
        self._until: datetime | None = None
        self._first: Counter[K] | None = None
        self._shown: Counter[K] = Counter()

    def update(self, now: datetime) -> Mapping[K, float]:
        settled_until = now.replace(minute=0, second=0, microsecond=0) - FINAL_AFTER
        self._until = self._until or settled_until
        while self._until < settled_until:
            self._settled.update(self._count(self._until, self._until + HOUR))
            self._until += HOUR
        total = self._settled + Counter(self._count(self._until, now + HOUR))
        self._first = total if self._first is None else self._first
        for key, value in total.items():
            self._shown[key] = max(self._shown[key], value - self._first[key])
        return self._shown


class MetricsCollector(Collector):
    """Collects at each scrape, one scrape at a time. The database is opened at the first one: it may be down before."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._calls = MonotonicCounter(lambda since, until: statistics.count_dispositions(self._database, since, until))
        self._waits = MonotonicCounter(
            lambda since, until: statistics.wait_histogram(self._database, since, until, WAIT_BOUNDS_S)
        )
        self._refused = MonotonicCounter(lambda since, until: refusals.count_refusals(self._database, since, until))
        self._lock = threading.Lock()

    @property
    def _database(self) -> Database:
        return self._installation.database

    @cached_property
    def _policy(self) -> Policy:
        return Policy(self._database, self._installation.plan)

    def describe(self) -> Iterator[Metric]:
        """No metrics: nothing is read before the first scrape."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        with self._lock:
            yield from self._heartbeat_metrics()
            yield from self._file_metrics()
            try:
                metrics = list(self._database_metrics(datetime.now(UTC)))
            except RecordsError:
                metrics = []
            up = bool(metrics)
            yield _gauge("standardiste_database_up", "1 while the database can be read.", up)
            yield _gauge("standardiste_base_up", "Former name of standardiste_database_up.", up)
            yield from metrics

    def _heartbeat_metrics(self) -> Iterator[Metric]:
        ages = GaugeMetricFamily(
            "standardiste_heartbeat_age_seconds", "Seconds since a part's last heartbeat.", labels=["part"]
        )
        for beat in heartbeat.read_heartbeats(self._installation.settings.heartbeats):
            ages.add_metric([beat.part], beat.age_s)
        yield ages

    def _file_metrics(self) -> Iterator[Metric]:
        settings = self._installation.settings
        spooled = sum(_used_bytes(file) for file in settings.write_behind_spool.glob("*.journal"))
        events = sum(_file_bytes(file) for file in settings.asterisk_spool.glob("channel-events.*"))
        yield _gauge(
            "standardiste_write_behind_spool_bytes", "Spooled for a database that cannot be written to.", spooled
        )
        yield _gauge("standardiste_journal_bytes", "Former name of standardiste_write_behind_spool_bytes.", spooled)
        yield _gauge("standardiste_channel_events_bytes", "Asterisk's channel events on the disk.", events)

    def _database_metrics(self, now: datetime) -> Iterator[Metric]:
        self._policy.refresh()
        yield self._ended_calls_metric(now)
        yield self._refused_calls_metric(now)
        yield self._wait_histogram(now)
        load = statistics.current_load(self._database, now)
        yield _gauge("standardiste_calls_active", "Calls in progress.", load.active_calls)
        yield _gauge("standardiste_calls_waiting", "Callers in the queue for staff.", load.waiting_calls)
        yield _labelled_gauge("standardiste_staff", "Staff by presence.", "state", PresenceState, load.staff)
        yield _labelled_gauge("standardiste_requests_open", "Open requests.", "kind", RequestKind, load.open_requests)
        yield from self._duplicate_metrics()
        yield from self._message_metrics(now)

    def _ended_calls_metric(self, now: datetime) -> Metric:
        counter = CounterMetricFamily(
            "standardiste_calls", "Calls that have ended, by disposition.", labels=DISPOSITION_LABELS
        )
        ended = self._calls.update(now)
        for disposition in Disposition:
            counter.add_metric([disposition] * 2, ended.get(disposition, 0))
        return counter

    def _refused_calls_metric(self, now: datetime) -> Metric:
        counter = CounterMetricFamily(
            "standardiste_refused_calls",
            "Calls that were refused before they were answered.",
            labels=["trunk", "reason"],
        )
        refused = self._refused.update(now)
        for trunk in (TEST_TRUNK, *(stored.name for stored in list_trunks(self._database))):
            for reason in RefusalReason:
                counter.add_metric([trunk, reason], refused.get((trunk, reason), 0))
        return counter

    def _wait_histogram(self, now: datetime) -> Metric:
        histogram = HistogramMetricFamily(
            "standardiste_wait_seconds", "Time in the queue, by disposition.", labels=DISPOSITION_LABELS
        )
        waits = self._waits.update(now)
        for disposition in WAIT_DISPOSITIONS:
            buckets = [(str(bound), waits.get((disposition, str(bound)), 0)) for bound in WAIT_BOUNDS_S]
            buckets.append(("+Inf", waits.get((disposition, "count"), 0)))
            histogram.add_metric([disposition] * 2, buckets, waits.get((disposition, "sum"), 0))
        return histogram

    def _duplicate_metrics(self) -> Iterator[Metric]:
        counts = read_counts(self._database)
        avoided = CounterMetricFamily(
            "standardiste_duplicates_avoided", "Cards that were recognised instead of made again.", labels=["by"]
        )
        for by in AvoidedBy:
            avoided.add_metric([by], counts[by])
        decided = CounterMetricFamily(
            "standardiste_duplicates_decided",
            "Decisions of staff about cards that may be one person.",
            labels=["decision"],
        )
        for decision in Decided:
            decided.add_metric([decision], counts[decision])
        yield from (avoided, decided)
        waiting = count_proposals(self._database)
        yield _gauge("standardiste_duplicates_proposed", "Pairs of cards that wait for a decision.", waiting)

    def _message_metrics(self, now: datetime) -> Iterator[Metric]:
        ages = GaugeMetricFamily(
            "standardiste_message_age_seconds",
            "Seconds since the message on air went on air.",
            labels=ANNOUNCEMENT_LABELS,
        )
        stale = GaugeMetricFamily(
            "standardiste_message_stale", "1 for a message past its end.", labels=ANNOUNCEMENT_LABELS
        )
        blackouts = blackout_periods.list_blackout_periods(self._database)
        for name, announcement in self._policy.plan.announcements.items():
            versions = message_versions.list_current_versions(self._database, name, now)
            on_air = find_on_air(versions, name, now, announcement.when_none_valid, blackouts)
            if on_air.version:
                ages.add_metric([name] * 2, (now - on_air.version.valid_from).total_seconds())
                stale.add_metric([name] * 2, on_air.stale)
        yield from (ages, stale)


def _gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(name, documentation, value=value)


def _labelled_gauge(
    name: str, documentation: str, label: str, values: Iterable[str], counts: Mapping[str, int]
) -> Metric:
    gauge = GaugeMetricFamily(name, documentation, labels=[label])
    for value in values:  # all values, so that a dashboard shows 0 and not nothing
        gauge.add_metric([str(value)], counts.get(value, 0))
    return gauge


def _file_bytes(file: Path) -> int:
    with suppress(OSError):  # another process has just removed it
        return file.stat().st_size
    return 0


def _used_bytes(file: Path) -> int:
    """Without the zeros at its end, which reserve disk space."""
    with suppress(OSError):
        return len(file.read_bytes().rstrip(b"\0"))
    return 0
