"""Outcomes that come as a file: every line is answered rightly, and the same file again changes nothing."""

from datetime import UTC, datetime

import pytest
from centre_calls import hand_over
from rich_plan import RICH_PLAN

from records import changes
from records.actor import Actor, Forbidden, command_line_actor
from records.calls.call_detail import get_call_detail
from records.centres.outcome_files import import_outcomes
from records.database.engine import Database
from records.plan import plan_versions
from routing.access.permissions import Role
from routing.centres.outcome_files import LineReport, LineResult, read_outcome_file
from routing.plan.parsing import parse_plan

STAFF = command_line_actor("Dupont")
MARCH = datetime(2030, 3, 4, 12, tzinfo=UTC)


def take(
    database: Database, *lines: str, plan: str = RICH_PLAN, actor: Actor = STAFF, at: datetime = MARCH
) -> tuple[LineReport, ...]:
    file = read_outcome_file("north", "mars.csv", "\n".join(["reference;outcome;note", *lines]).encode())
    return import_outcomes(database, actor, parse_plan(plan), file, at=at)


def results(reports: tuple[LineReport, ...]) -> list[str]:
    return [report.result.value for report in reports]


def told(database: Database, number: int = 1) -> list[tuple[str, str | None, str]]:
    return [(each.outcome, each.note, each.by) for each in get_call_detail(database, f"{number}.1").outcomes]


def logged(database: Database) -> list[dict[str, object]]:
    found = changes.list_changes(database, STAFF)
    return [dict(each.after) for each in found if each.kind == "centre.outcomes" and each.subject == "north"]


def test_each_line_is_answered_in_its_place(database: Database) -> None:
    late = hand_over(database, 1, "2030-01-31T10:00:00+00:00")
    first, second, third = (hand_over(database, number, "2030-03-03T10:00:00+00:00") for number in (2, 3, 4))
    lines = [
        *(f"{late};answered;", f"{first};answered;Veut un reçu", "nobody;answered;", f"{second};transferred;"),
        *(f"{third};;", f"{second};answered;{'é' * 2001}"),
    ]
    reports = take(database, *lines)
    assert results(reports) == ["late", "taken", "unknown_reference", "unknown_outcome", "no_outcome", "long_note"]
    assert [report.line.line for report in reports] == [2, 3, 4, 5, 6, 7]
    assert told(database, 2) == [("answered", "Veut un reçu", "Dupont")]
    assert told(database, 1) == told(database, 3) == told(database, 4) == []


def test_the_same_file_again_changes_nothing_and_a_correction_stands_beside_the_first(database: Database) -> None:
    reference = hand_over(database, 1, "2030-03-03T10:00:00+00:00")
    assert results(take(database, f"{reference};answered;")) == ["taken"]
    assert results(take(database, f"{reference};answered;")) == ["same"]
    assert logged(database) == [{"file": "mars.csv", "lines": 1}]
    [report] = take(database, f"{reference};nothing;")
    assert report.result is LineResult.CORRECTED and str(report.title) == "Answered"
    assert [outcome for outcome, _, _ in told(database)] == ["answered", "nothing"]
    assert len(logged(database)) == 2


def test_of_two_lines_about_one_call_the_last_one_counts_every_time(database: Database) -> None:
    reference = hand_over(database, 1, "2030-03-03T10:00:00+00:00")
    lines = [f"{reference};answered;", f"{reference};nothing;", f"{reference};nonsense;"]
    assert results(take(database, *lines)) == ["superseded", "taken", "unknown_outcome"]
    assert results(take(database, *lines)) == ["superseded", "same", "unknown_outcome"]
    assert len(told(database)) == 1


def test_a_long_file_is_stored_in_several_transactions_and_logged_once(database: Database) -> None:
    references = [hand_over(database, number, "2030-03-03T10:00:00+00:00") for number in range(1, 53)]
    assert set(results(take(database, *(f"{each};answered;" for each in reversed(references))))) == {"taken"}
    assert logged(database) == [{"file": "mars.csv", "lines": 52}]


def test_a_call_is_judged_by_the_contract_of_its_day(database: Database) -> None:
    plan_versions.save_plan(database, RICH_PLAN, author="test", at=MARCH)
    new = RICH_PLAN.replace("from: 2026-01-01", "from: 2030-03-03").replace("[answered, nothing]", "[nothing]")
    before = hand_over(database, 1, "2030-03-02T10:00:00+00:00")
    after = hand_over(database, 2, "2030-03-03T10:00:00+00:00")
    reports = take(database, f"{before};answered;", f"{after};answered;", plan=new)
    assert results(reports) == ["taken", "unknown_outcome"]


def test_whoever_may_not_check_costs_imports_nothing(database: Database) -> None:
    reference = hand_over(database, 1, "2030-03-03T10:00:00+00:00")
    with pytest.raises(Forbidden):
        take(database, f"{reference};answered;", actor=Actor(1, Role.STAFF, "Durand"))
    assert told(database) == []
