"""The counts of days that are kept: the same as counted from the calls, whatever happens and whenever it is counted."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from centre_calls import hand_over
from centre_people import ring, tell
from recorded_calls import record_call
from sqlalchemy import Connection, func, select, update

from records.call_events import CallEvent, CallEventKind, Disposition
from records.calls import calls
from records.centres import kept_days, outcomes
from records.centres.kept_days import keep_days, read_days
from records.centres.ledger import list_calls
from records.database.engine import Database
from records.schema import CentreDay, CentreDayChange
from routing.centres.day_counts import count_days

PARIS = ZoneInfo("Europe/Paris")
FIRST, AFTER = date(2030, 2, 1), date(2030, 3, 1)
LATER = datetime(2030, 3, 2, 12, tzinfo=UTC)


def counted_from_calls(database: Database) -> object:
    return count_days(list_calls(database, "north", FIRST, AFTER, PARIS))


def kept(database: Database) -> object:
    return read_days(database, "north", FIRST, AFTER, PARIS)


def keep_all(database: Database, now: datetime = LATER) -> None:
    while keep_days(database, PARIS, now):
        pass


def report(database: Database, reference: str, at: datetime = LATER) -> None:
    given = outcomes.find_given_call(database, "north", reference)
    assert given is not None
    outcomes.report_outcome(database, given.handoff_id, "answered", None, by="North", at=at)


def before_next_write(database: Database, happens: Callable[[], object]) -> None:
    """Something happens when this database is next to be written to."""
    write = database.write

    def first_that(*args: Any, **options: Any) -> AbstractContextManager[Connection]:
        database.write = write  # type: ignore[method-assign]
        happens()
        return write(*args, **options)

    database.write = first_that  # type: ignore[method-assign, assignment]


@pytest.fixture
def month(database: Database) -> list[str]:
    """Calls of February, one of them half past midnight in Paris, when it was still January in London."""
    return [
        hand_over(database, 1, "2030-01-31T23:30:00+00:00"),
        hand_over(database, 2, "2030-02-12T10:00:00+00:00"),
        hand_over(database, 3, "2030-02-12T11:00:00+00:00", talk_s=4),
        hand_over(database, 4, "2030-02-13T10:00:00+00:00", ring_s=None),
    ]


def test_what_is_kept_is_what_the_calls_say(database: Database, month: list[str]) -> None:
    assert kept(database) == counted_from_calls(database)
    keep_all(database)
    with database.read() as connection:
        assert connection.scalar(select(func.sum(CentreDay.sent))) == 4
        assert connection.scalar(select(func.count()).select_from(CentreDayChange)) == 0
    assert kept(database) == counted_from_calls(database) != ()


def test_calls_of_kept_days_are_not_read(database: Database, month: list[str]) -> None:
    keep_all(database)
    with database.write() as connection:
        connection.execute(update(CentreDay).where(CentreDay.day == date(2030, 2, 13)).values(sent=7))
    assert [each.sent for each in read_days(database, "north", FIRST, AFTER, PARIS)] == [1, 2, 7]


LATE_NEWS: dict[str, Callable[[Database, list[str]], object]] = {
    "an outcome": lambda database, month: report(database, month[1]),
    "the end of a talk": lambda database, _: calls.close_call(
        database, "9.1", at=datetime(2030, 2, 14, 10, 4, tzinfo=UTC), disposition=Disposition.OVERFLOW, cause="16"
    ),
    "an answer": lambda database, _: tell(
        database, 8, datetime(2030, 2, 14, 10, 1, tzinfo=UTC), CallEventKind.CENTRE_ANSWERED
    ),
    "a failure": lambda database, _: tell(
        database, 8, datetime(2030, 2, 14, 10, 1, tzinfo=UTC), CallEventKind.CENTRE_FAILED, reason="busy"
    ),
    "a call": lambda database, _: hand_over(database, 7, "2030-02-13T11:00:00+00:00"),
}


@pytest.fixture
def under_way(database: Database, month: list[str]) -> list[str]:
    """One call rings, one is talking; all days are kept."""
    at = datetime(2030, 2, 14, 10, tzinfo=UTC)
    ring(database, 8, at)
    ring(database, 9, at)
    tell(database, 9, at + timedelta(seconds=5), CallEventKind.CENTRE_ANSWERED)
    keep_all(database)
    return month


@pytest.mark.parametrize("news", LATE_NEWS)
def test_what_comes_after_a_day_was_kept_counts_at_once_and_for_good(
    database: Database, under_way: list[str], news: str
) -> None:
    before = kept(database)
    LATE_NEWS[news](database, under_way)
    at_once = kept(database)
    assert before != at_once == counted_from_calls(database)
    keep_all(database)
    assert kept(database) == at_once


def test_what_is_said_while_a_day_is_counted_is_counted_again(database: Database, month: list[str]) -> None:
    keep_all(database)
    report(database, month[1])

    before_next_write(database, lambda: report(database, month[2]))
    assert kept_days._keep_day(database, "north", date(2030, 2, 12), PARIS)
    assert kept(database) == counted_from_calls(database)
    assert keep_days(database, PARIS, LATER) == 1
    assert kept(database) == counted_from_calls(database)


def test_a_plan_with_another_clock_has_other_days(database: Database, month: list[str]) -> None:
    keep_all(database)
    utc = ZoneInfo("UTC")
    by_utc = count_days(list_calls(database, "north", date(2030, 1, 1), AFTER, utc))
    assert read_days(database, "north", date(2030, 1, 1), AFTER, utc) == by_utc
    while keep_days(database, utc, LATER):
        pass
    assert read_days(database, "north", date(2030, 1, 1), AFTER, utc) == by_utc
    assert kept(database) == counted_from_calls(database)


def test_two_that_count_at_once_keep_one_count(database: Database, month: list[str]) -> None:
    """A second process that read before the first had written does not write its older count."""
    day = date(2030, 2, 12)
    keep_all(database)
    report(database, month[1])

    def count_later() -> None:
        report(database, month[2])
        assert kept_days._keep_day(database, "north", day, PARIS)

    before_next_write(database, count_later)
    assert not kept_days._keep_day(database, "north", day, PARIS)
    assert kept(database) == counted_from_calls(database)


def test_a_call_that_was_never_handed_over_changes_nothing(database: Database) -> None:
    record_call(database, "1.1", LATER)
    calls.add_events(database, "1.1", [CallEvent(LATER, CallEventKind.KEY, {"menu": "main", "key": "1"})])
    calls.close_call(database, "1.1", at=LATER, disposition=None, cause="16")
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(CentreDayChange)) == 0
