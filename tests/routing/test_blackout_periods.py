"""Blackout periods, upcoming changes, overdue messages, and approval."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.approval import is_eligible_approver
from routing.messages import (
    BlackoutPeriod,
    MessageVersion,
    NoMessagePolicy,
    OnAir,
    find_active_blackout,
    find_on_air,
    is_overdue,
    list_upcoming_changes,
)

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
PARIS = ZoneInfo("Europe/Paris")


def version(number: int, start: datetime, end: datetime | None = None, blackout: int | None = None) -> MessageVersion:
    return MessageVersion(number, "daily", "a" * 64, start, end, start, "Anne", "", blackout)


def blackout_period(start: datetime, end: datetime, lifted: datetime | None = None, number: int = 1) -> BlackoutPeriod:
    return BlackoutPeriod(number, start, end, "Premier tour", "Basile", lifted)


ordinary, neutral = version(1, MONDAY), version(2, MONDAY + DAY, MONDAY + 2 * DAY, blackout=1)
BLACKOUT = blackout_period(MONDAY + DAY, MONDAY + 2 * DAY)


def number_on_air(
    now: datetime, *blackouts: BlackoutPeriod, versions: tuple[MessageVersion, ...] = (ordinary, neutral)
) -> int:
    on_air = find_on_air(versions, "daily", now, NoMessagePolicy.KEEP_LAST, blackouts).version
    return on_air.id if on_air else 0


def test_a_blackout_period_includes_its_start_and_not_its_end() -> None:
    instant = timedelta(microseconds=1)
    moments = (BLACKOUT.starts_at - instant, BLACKOUT.starts_at, BLACKOUT.ends_at - instant, BLACKOUT.ends_at)
    assert [number_on_air(moment, BLACKOUT) for moment in moments] == [1, 2, 2, 1]
    assert [BLACKOUT.is_active(moment) for moment in moments] == [False, True, True, False]


def test_only_the_neutral_message_is_on_air_during_a_blackout_and_never_outside_it() -> None:
    meanwhile = (ordinary, neutral, version(3, MONDAY + DAY + HOUR))
    assert number_on_air(MONDAY + DAY + 2 * HOUR, BLACKOUT, versions=meanwhile) == 2
    assert number_on_air(MONDAY + DAY + 2 * HOUR, versions=meanwhile) == 3
    assert number_on_air(MONDAY + 9 * DAY, versions=(neutral,)) == 0  # it is not kept after its end


def test_during_a_blackout_without_a_neutral_message_nothing_is_on_air() -> None:
    assert number_on_air(MONDAY + DAY, blackout_period(MONDAY, MONDAY + 9 * DAY, number=7)) == 0


@pytest.mark.parametrize(("lifted", "hours"), [(MONDAY, 0), (MONDAY + DAY + HOUR, 1), (MONDAY + 5 * DAY, 24)])
def test_a_lifted_blackout_period_is_no_longer_active(lifted: datetime, hours: int) -> None:
    ended = blackout_period(BLACKOUT.starts_at, BLACKOUT.ends_at, lifted)
    assert sum(ended.is_active(MONDAY + hour * HOUR) for hour in range(100)) == hours


def test_of_two_active_blackout_periods_the_one_set_last_counts() -> None:
    assert find_active_blackout([BLACKOUT, blackout_period(MONDAY, MONDAY + 9 * DAY, number=2)], MONDAY + DAY).id == 2


def test_each_upcoming_change_is_listed_with_what_is_heard_then() -> None:
    special = version(4, MONDAY + HOUR, MONDAY + 2 * HOUR)
    changes = list_upcoming_changes(
        (ordinary, neutral, special), "daily", MONDAY, NoMessagePolicy.KEEP_LAST, [BLACKOUT]
    )
    assert [(at, on_air.version.id) for at, on_air in changes] == [
        (MONDAY + HOUR, 4),
        (MONDAY + 2 * HOUR, 1),
        (MONDAY + DAY, 2),
        (MONDAY + 2 * DAY, 1),
    ]
    assert list_upcoming_changes([ordinary], "daily", MONDAY, NoMessagePolicy.KEEP_LAST) == ()


hours = st.integers(-48, 48).map(lambda hour: MONDAY + timedelta(hours=hour))


@given(st.lists(st.tuples(hours, st.none() | hours), max_size=5), st.lists(st.tuples(hours, hours), max_size=3), hours)
def test_between_two_listed_changes_nothing_changes(spans, periods, moment) -> None:
    known = [version(number, start, end) for number, (start, end) in enumerate(spans, 1)]
    blackouts = [
        blackout_period(start, end, number=number) for number, (start, end) in enumerate(periods, 1) if start < end
    ]
    known += [version(100 + one.id, one.starts_at, one.ends_at, one.id) for one in blackouts]
    begin = MONDAY - 3 * DAY
    on_air = find_on_air(known, "daily", begin, NoMessagePolicy.KEEP_LAST, blackouts)
    for at, then in list_upcoming_changes(known, "daily", begin, NoMessagePolicy.KEEP_LAST, blackouts):
        if at <= moment:
            on_air = then
    assert find_on_air(known, "daily", moment, NoMessagePolicy.KEEP_LAST, blackouts) == on_air


def test_a_message_of_yesterday_is_overdue_from_renew_by_on_and_a_stale_one_at_once() -> None:
    ten = time(10)
    evening = OnAir(version(1, datetime(2026, 3, 1, 22, 30, tzinfo=UTC)))  # 23:30 in Paris
    after_midnight = OnAir(version(1, datetime(2026, 3, 1, 23, 30, tzinfo=UTC)))
    at_ten = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert is_overdue(evening, at_ten, PARIS, ten) and not is_overdue(evening, at_ten - HOUR, PARIS, ten)
    assert not is_overdue(after_midnight, at_ten, PARIS, ten)
    assert not is_overdue(evening, at_ten, PARIS, None)
    assert is_overdue(OnAir(ordinary, stale=True), MONDAY, PARIS, None)
    assert not is_overdue(OnAir(None), at_ten, PARIS, ten) and not is_overdue(
        OnAir(neutral), at_ten + 9 * DAY, PARIS, ten
    )


def test_the_authors_of_a_draft_cannot_approve_it() -> None:
    assert [is_eligible_approver(user, {1, 2}) for user in (1, 2, 3)] == [False, False, True]
