"""Silences, what comes next, and a message that should have been renewed."""

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


def version(number: int, start: datetime, end: datetime | None = None, embargo: int | None = None) -> MessageVersion:
    return MessageVersion(number, "daily", "a" * 64, start, end, start, "Anne", "", embargo)


def silence(start: datetime, end: datetime, lifted: datetime | None = None, number: int = 1) -> BlackoutPeriod:
    return BlackoutPeriod(number, start, end, "Premier tour", "Basile", lifted)


ordinary, neutral = version(1, MONDAY), version(2, MONDAY + DAY, MONDAY + 2 * DAY, embargo=1)
held = silence(MONDAY + DAY, MONDAY + 2 * DAY)


def number_on_air(
    now: datetime, *silences: BlackoutPeriod, versions: tuple[MessageVersion, ...] = (ordinary, neutral)
) -> int:
    heard = find_on_air(versions, "daily", now, NoMessagePolicy.KEEP_LAST, silences).version
    return heard.id if heard else 0


def test_a_silence_is_heard_from_its_first_moment_to_before_its_last() -> None:
    instant = timedelta(microseconds=1)
    moments = (held.starts_at - instant, held.starts_at, held.ends_at - instant, held.ends_at)
    assert [number_on_air(moment, held) for moment in moments] == [1, 2, 2, 1]
    assert [held.is_active(moment) for moment in moments] == [False, True, True, False]


def test_nothing_published_meanwhile_breaks_a_silence_and_its_message_is_never_heard_else() -> None:
    meanwhile = (ordinary, neutral, version(3, MONDAY + DAY + HOUR))
    assert number_on_air(MONDAY + DAY + 2 * HOUR, held, versions=meanwhile) == 2
    assert number_on_air(MONDAY + DAY + 2 * HOUR, versions=meanwhile) == 3
    assert number_on_air(MONDAY + 9 * DAY, versions=(neutral,)) == 0  # nor is it kept on past its end


def test_a_silence_without_a_message_for_the_slot_is_silent() -> None:
    assert number_on_air(MONDAY + DAY, silence(MONDAY, MONDAY + 9 * DAY, number=7)) == 0


@pytest.mark.parametrize(("lifted", "hours"), [(MONDAY, 0), (MONDAY + DAY + HOUR, 1), (MONDAY + 5 * DAY, 24)])
def test_a_silence_that_is_lifted_holds_no_longer(lifted: datetime, hours: int) -> None:
    ended = silence(held.starts_at, held.ends_at, lifted)
    assert sum(ended.is_active(MONDAY + hour * HOUR) for hour in range(100)) == hours


def test_of_two_silences_the_last_one_set_is_heard() -> None:
    assert find_active_blackout([held, silence(MONDAY, MONDAY + 9 * DAY, number=2)], MONDAY + DAY).id == 2


def test_what_comes_next_is_told_change_by_change() -> None:
    special = version(4, MONDAY + HOUR, MONDAY + 2 * HOUR)
    told = list_upcoming_changes((ordinary, neutral, special), "daily", MONDAY, NoMessagePolicy.KEEP_LAST, [held])
    assert [(at, heard.version.id) for at, heard in told] == [
        (MONDAY + HOUR, 4),
        (MONDAY + 2 * HOUR, 1),
        (MONDAY + DAY, 2),
        (MONDAY + 2 * DAY, 1),
    ]
    assert list_upcoming_changes([ordinary], "daily", MONDAY, NoMessagePolicy.KEEP_LAST) == ()


hours = st.integers(-48, 48).map(lambda hour: MONDAY + timedelta(hours=hour))


@given(st.lists(st.tuples(hours, st.none() | hours), max_size=5), st.lists(st.tuples(hours, hours), max_size=3), hours)
def test_between_two_changes_that_were_told_nothing_changes(spans, silences, moment) -> None:
    known = [version(number, start, end) for number, (start, end) in enumerate(spans, 1)]
    quiet = [silence(start, end, number=number) for number, (start, end) in enumerate(silences, 1) if start < end]
    known += [version(100 + one.id, one.starts_at, one.ends_at, one.id) for one in quiet]
    begin = MONDAY - 3 * DAY
    heard = find_on_air(known, "daily", begin, NoMessagePolicy.KEEP_LAST, quiet)
    for at, then in list_upcoming_changes(known, "daily", begin, NoMessagePolicy.KEEP_LAST, quiet):
        if at <= moment:
            heard = then
    assert find_on_air(known, "daily", moment, NoMessagePolicy.KEEP_LAST, quiet) == heard


def test_yesterdays_message_is_overdue_from_the_set_hour_on_and_a_stale_one_at_once() -> None:
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


def test_nobody_approves_what_he_made_or_changed() -> None:
    assert [is_eligible_approver(account, {1, 2}) for account in (1, 2, 3)] == [False, False, True]
