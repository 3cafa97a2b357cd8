"""Metrics for Prometheus, and the dashboard."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import databases
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from reception import Reception
from recorded_calls import record_call

from records.call_events import CallRefused, Disposition, RefusalReason
from records.calls import cel_cursor
from records.errors import DatabaseUnavailable
from records.staff import agents
from standardiste.parts.heartbeat import Heartbeat
from standardiste.parts.metrics_collector import FINAL_AFTER, MetricsCollector, MonotonicCounter
from standardiste.settings import CHECKOUT

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LABELS = {"disposition", "result", "state", "kind", "announcement", "slot", "part", "le", "trunk", "reason"}
LABELS |= {"by", "decision"}


class Calls:
    """In place of a database: the start times of calls that have ended."""

    def __init__(self) -> None:
        self.began: list[datetime] = []
        self.asked: list[datetime] = []

    def count(self, since: datetime, until: datetime) -> dict[str, float]:
        self.asked.append(since)
        return {"staff": sum(since <= at < until for at in self.began)}


@pytest.fixture
def text(reception: Reception) -> Iterator[str]:
    installation = reception.installation
    agents.add_agent(
        installation.database, "Canarille", language="fr", at=datetime.now(UTC), outside_number="+33639980123"
    )
    record_call(installation.database, "1.1", datetime.now(UTC))
    Heartbeat(installation.settings.heartbeats, "calls").beat()
    registry = CollectorRegistry()
    registry.register(MetricsCollector(installation))
    yield generate_latest(registry).decode()
    installation.database.close()


def test_a_counter_starts_at_0_and_counts_new_calls() -> None:
    database = Calls()
    database.began = [NOON] * 5
    counter = MonotonicCounter(database.count)

    assert counter.update(NOON).get("staff", 0) == 0
    database.began.append(NOON + timedelta(minutes=1))
    assert counter.update(NOON + timedelta(minutes=2))["staff"] == 1


def test_a_counter_never_decreases_when_a_disposition_changes() -> None:
    database = Calls()
    counter = MonotonicCounter(database.count)
    counter.update(NOON)
    database.began = [NOON, NOON]
    assert counter.update(NOON)["staff"] == 2
    database.began.pop()
    assert counter.update(NOON)["staff"] == 2
    database.began += [NOON, NOON]
    assert counter.update(NOON)["staff"] == 3


def test_a_past_hour_is_counted_once_and_a_late_call_is_counted() -> None:
    database = Calls()
    counter = MonotonicCounter(database.count)
    counter.update(NOON)
    database.began.append(NOON)
    later = NOON + FINAL_AFTER + 2 * HOUR
    assert counter.update(later)["staff"] == 1
    database.asked.clear()
    database.began.append(later - HOUR)  # recorded an hour late
    assert counter.update(later)["staff"] == 2
    assert min(database.asked) >= later - FINAL_AFTER


def test_names_and_labels_follow_the_conventions_and_name_no_person(text: str) -> None:
    families = {family.name: family for family in text_string_to_metric_families(text)}

    assert all(name.startswith("standardiste_") for name in families)
    assert all(family.documentation.endswith(".") for family in families.values())
    timed = [name for name in families if {"age", "wait"} & set(name.split("_"))]
    assert all(name.endswith("_seconds") for name in timed)
    samples = [sample for family in families.values() for sample in family.samples]
    assert {label for sample in samples for label in sample.labels} == LABELS
    assert not re.search(r"anarille|\d{8,}", re.sub(r"[\d.]+(e[+-]?\d+)?$", "", text, flags=re.MULTILINE))
    assert {sample.labels["disposition"] for sample in families["standardiste_calls"].samples} == set(Disposition)
    values = {(sample.name, *sample.labels.values()): sample.value for sample in samples}
    assert values[("standardiste_staff", "ready")] == 1
    assert values[("standardiste_calls_active",)] == 1
    assert values[("standardiste_duplicates_avoided_total", "caller")] == 0
    assert values[("standardiste_message_age_seconds", "daily", "daily")] > 0
    assert values[("standardiste_heartbeat_age_seconds", "calls")] < 60


def test_refused_calls_are_counted_by_trunk_and_reason(reception: Reception) -> None:
    database, at, registry = reception.installation.database, datetime.now(UTC), CollectorRegistry()
    registry.register(MetricsCollector(reception.installation))
    sample = 'standardiste_refused_calls_total{reason="overloaded",trunk="trunk"}'
    assert f"{sample} 0.0" in generate_latest(registry).decode()

    refused = [CallRefused(number, at, "trunk", "+33199000000", RefusalReason.OVERLOADED) for number in (1, 2, 3)]
    cel_cursor.apply(database, "cel", 3, refused)

    assert f"{sample} 3.0" in generate_latest(registry).decode()
    reception.installation.database.close()


def test_without_the_database_the_other_metrics_are_exported(
    reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = CollectorRegistry()
    registry.register(MetricsCollector(reception.installation))

    def away(*_: object, **__: object) -> None:
        raise DatabaseUnavailable("away")

    monkeypatch.setattr(reception.installation.database, "read", away)
    text = generate_latest(registry).decode()

    assert "standardiste_database_up 0.0" in text
    assert "standardiste_base_up 0.0" in text
    assert "standardiste_heartbeat_age_seconds" in text
    assert "standardiste_calls_total" not in text
    reception.installation.database.close()


@pytest.mark.skipif(bool(databases.server), reason="the test moves the database file")
def test_metrics_start_without_a_database_and_use_it_once_it_is_there(
    reception: Reception,
) -> None:
    file, registry = reception.settings.sqlite_file, CollectorRegistry()
    assert file
    away = file.rename(file.with_name("away"))
    registry.register(MetricsCollector(reception.installation))
    assert "standardiste_database_up 0.0" in generate_latest(registry).decode()

    away.rename(file)
    text = generate_latest(registry).decode()
    assert "standardiste_database_up 1.0" in text
    assert 'standardiste_message_age_seconds{announcement="daily",slot="daily"}' in text
    reception.installation.close()


def test_the_dashboard_shows_the_metrics_and_labels_that_exist(text: str) -> None:
    dashboard = json.loads((CHECKOUT / "docs" / "grafana" / "standardiste.json").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    samples: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            samples.setdefault(sample.name, set()).update(sample.labels)

    named = [match for expression in asked for match in re.findall(r"(standardiste_\w+)(?:\{([^}]*)\})?", expression)]
    assert {name for name, _ in named} <= samples.keys()
    for name, labels in named:
        assert set(re.findall(r"(\w+)=", labels)) <= samples[name], name
    known = {name.removesuffix(end) for name in samples for end in ("_bucket", "_sum", "_count", "_total", "")}
    assert known >= {name for name, _ in named}
    shown = {name for name, _ in named}
    former = {"standardiste_base_up", "standardiste_journal_bytes"}
    assert [
        name for name in samples.keys() - former if not {name, re.sub("_(count|sum)$", "_bucket", name)} & shown
    ] == []
