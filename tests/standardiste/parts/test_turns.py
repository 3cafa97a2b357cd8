"""How often `serve-webhooks` looks for work."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from records import leases
from records.database.engine import Database, open_database
from records.errors import DatabaseUnavailable
from standardiste.parts import webhooks
from standardiste.parts.webhooks import QUIET_AFTER_S, QUIET_POLL_S, Turns


def test_without_commits_it_looks_less_often_and_a_commit_or_a_fault_makes_it_look_at_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.file is None:
        pytest.skip("a PostgreSQL server has other databases too")
    now = time.monotonic()
    monkeypatch.setattr(webhooks.time, "monotonic", lambda: now)
    monkeypatch.setattr(webhooks, "NIGHT", ())
    turns = Turns(open_database(database.url.render_as_string(hide_password=False), connections=1))
    assert turns.is_due()
    now += 1
    assert turns.is_due()

    now += QUIET_AFTER_S
    assert turns.is_due()
    now += QUIET_POLL_S - 1
    assert not turns.is_due()
    now += 1
    assert turns.is_due()

    now += 1
    assert not turns.is_due()
    leases.acquire(database, "any", "holder", at=datetime.now(UTC), duration=timedelta(seconds=1))
    assert turns.is_due()

    now += QUIET_AFTER_S + 1
    assert turns.is_due()
    now += 1
    assert not turns.is_due()

    def fail(_database: Database) -> object:
        raise DatabaseUnavailable("it is away")

    monkeypatch.setattr(webhooks, "read_revision", fail)
    assert turns.is_due()
    turns.close()
