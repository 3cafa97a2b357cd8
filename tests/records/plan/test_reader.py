"""The plan in force, and the last good one while the database or a new plan fails."""

import logging
from datetime import datetime
from pathlib import Path

import pytest
from databases import corrupt_database

from records.database.engine import Database
from records.plan import reader
from records.plan.plan_versions import save_plan
from records.plan.reader import NoPlan, PlanReader, find_plan_in
from routing.plan.errors import PlanError
from routing.plan.model import Plan
from routing.plan.parsing import parse_plan

FIRST = (Path(__file__).parents[3] / "plan.yaml").read_text(encoding="utf-8")
SECOND = FIRST.replace("mon-sun: 00:00-24:00", "mon-fri: 09:00-18:00")


@pytest.fixture(autouse=True)
def always_refresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "REFRESH_S", -1.0)


def in_force(database: Database) -> Plan | None:
    with database.read() as connection:
        return find_plan_in(connection)


def test_a_new_version_is_in_force_once_it_is_saved(database: Database, noon: datetime) -> None:
    plans = PlanReader(database)
    for version, text in enumerate((FIRST, SECOND), 1):
        save_plan(database, text, author="anne", at=noon)
        read = plans.read()
        assert (read.version.version, read.version.text, read.plan) == (version, text, parse_plan(text))
        assert plans() == plans.last_good == in_force(database) == read.plan


def test_a_plan_that_has_not_changed_is_parsed_once(database: Database, noon: datetime) -> None:
    save_plan(database, FIRST, author="anne", at=noon)
    assert PlanReader(database).read().plan is PlanReader(database).read().plan


def test_without_a_plan_only_a_plan_that_was_given_is_in_force(database: Database) -> None:
    given = parse_plan(FIRST)
    assert in_force(database) is None
    assert PlanReader(database, given)() is given
    with pytest.raises(NoPlan, match="standardiste prepare"):
        PlanReader(database)()


def test_a_plan_that_cannot_be_parsed_leaves_the_last_good_plan_in_force(
    database: Database, noon: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    save_plan(database, FIRST, author="anne", at=noon)
    plans = PlanReader(database)
    good = plans()
    save_plan(database, "nonsense", author="anne", at=noon)
    with caplog.at_level(logging.ERROR):
        assert plans() is plans() is good
    assert caplog.text.count("the last good plan stays in force: plan version 2:1") == 1
    assert in_force(database) is None
    with pytest.raises(PlanError):
        plans.read()


def test_a_database_that_is_gone_leaves_the_last_good_plan_in_force(
    database: Database, database_url: str, noon: datetime
) -> None:
    save_plan(database, FIRST, author="anne", at=noon)
    plans = PlanReader(database)
    good = plans()
    database.close()
    corrupt_database(database_url)
    assert plans() is good
