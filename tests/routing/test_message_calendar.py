"""What callers hear between two moments: segments, gaps and overlaps."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from routing.message_calendar import Schedule
from routing.messages import BlackoutPeriod, MessageVersion, NoMessagePolicy

DAY = datetime(2030, 3, 4, tzinfo=UTC)
LAST, SENTENCE = NoMessagePolicy.KEEP_LAST, NoMessagePolicy.PLAY_SENTENCE


def hour(number: float) -> datetime:
    return DAY + timedelta(hours=number)


def version(number: int, start: float, end: float | None, published: float = -24) -> MessageVersion:
    until = None if end is None else hour(end)
    return MessageVersion(number, "daily", "a", hour(start), until, hour(published), "Anne", f"m{number}")


def schedule(*versions: MessageVersion, policy: NoMessagePolicy = LAST, blackouts: tuple = ()) -> Schedule:
    return Schedule("daily", versions, policy, blackouts)


def heard(plan: Schedule, now: float = 0) -> list[tuple[float, float, int | None, bool]]:
    return [
        ((one.start - DAY) / timedelta(hours=1), (one.end - DAY) / timedelta(hours=1), number, one.is_gap)
        for one in plan.list_segments(hour(0), hour(24), hour(now))
        for number in (one.on_air.version.id if one.on_air.version else None,)
    ]


def test_a_message_with_an_end_interrupts_one_without_and_is_no_overlap() -> None:
    plan = schedule(version(1, -5, None), version(2, 8, 12))
    assert heard(plan) == [(0, 8, 1, False), (8, 12, 2, False), (12, 24, 1, False)]
    assert plan.list_overlaps(hour(0), hour(24), hour(0)) == plan.list_gaps(hour(0), hour(24), hour(0)) == ()


@pytest.mark.parametrize(("policy", "after"), [(LAST, 1), (SENTENCE, None)])
def test_a_gap_begins_when_the_last_message_ends(policy: NoMessagePolicy, after: int | None) -> None:
    plan = schedule(version(1, -5, 8), version(2, 10, None), policy=policy)
    assert heard(plan) == [(0, 8, 1, False), (8, 10, after, True), (10, 24, 2, False)]
    (gap,) = plan.list_gaps(hour(0), hour(24), hour(0))
    assert (gap.start, gap.end) == (hour(8), hour(10))
    assert plan.list_gaps(hour(0), hour(24), hour(11)) == ()  # what is over is no gap any more


def test_of_two_messages_with_an_end_the_hidden_one_is_named() -> None:
    first, second = version(1, 6, 14), version(2, 8, 12)
    (overlap,) = schedule(version(3, -5, None), first, second).list_overlaps(hour(0), hour(24), hour(0))
    assert (overlap.start, overlap.end, overlap.heard, overlap.hidden) == (hour(8), hour(12), second, first)


def test_a_withdrawn_version_is_never_heard_nor_hidden() -> None:
    gone = replace(version(2, 8, 12), withdrawn_at=hour(0))
    plan = schedule(version(1, -5, None), gone, version(3, 9, 11))
    assert heard(plan) == [(0, 9, 1, False), (9, 11, 3, False), (11, 24, 1, False)]
    assert plan.list_overlaps(hour(0), hour(24), hour(0)) == ()


def test_a_blackout_period_is_shown_and_is_neither_gap_nor_overlap() -> None:
    period = BlackoutPeriod(7, hour(10), hour(20), "Premier tour", "Anne", lifted_at=hour(15))
    neutral = replace(version(9, 10, 20), blackout_period=7)
    plan = schedule(version(1, -5, 12), neutral, policy=SENTENCE, blackouts=(period,))
    assert heard(plan) == [(0, 10, 1, False), (10, 15, 9, False), (15, 24, None, True)]
    assert [one.blackout for one in plan.list_segments(hour(0), hour(24), hour(0))] == [None, period, None]
    assert plan.list_overlaps(hour(0), hour(24), hour(0)) == ()


def test_what_was_published_later_was_not_heard_before() -> None:
    plan = schedule(version(1, -5, None), version(2, 2, None, published=6))
    assert heard(plan, now=12) == [(0, 6, 1, False), (6, 24, 2, False)]
