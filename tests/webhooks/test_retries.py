"""When an event that was not delivered is sent again."""

from datetime import UTC, datetime, timedelta

import pytest

from webhooks.retries import DELAYS, backoff_s, next_attempt_at

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
EARLY, MIDDLE, LATE = 0.0, 0.5, 1.0


def test_retries_spread_over_three_days_and_then_end() -> None:
    at, retries = NOON, 0
    while (later := next_attempt_at(retries + 1, at, MIDDLE)) is not None:
        assert later > at
        at, retries = later, retries + 1

    assert retries == len(DELAYS)
    assert timedelta(days=3) < at - NOON < timedelta(days=3, hours=4)


@pytest.mark.parametrize("attempts", range(1, len(DELAYS) + 1))
def test_events_that_failed_together_are_not_retried_together(attempts: int) -> None:
    early, late = (next_attempt_at(attempts, NOON, chance) for chance in (EARLY, LATE))

    assert early and late
    assert (late - NOON) / (early - NOON) == pytest.approx(1.5)


def test_retry_after_is_respected_up_to_a_day() -> None:
    assert next_attempt_at(1, NOON, MIDDLE, retry_after_s=90) == NOON + timedelta(seconds=90)
    assert next_attempt_at(3, NOON, MIDDLE, retry_after_s=90) == NOON + timedelta(minutes=30)
    assert next_attempt_at(1, NOON, MIDDLE, retry_after_s=10**9) == NOON + timedelta(days=1)


def test_the_back_off_grows_to_a_minute_at_most() -> None:
    assert [backoff_s(failures) for failures in (0, 1, 2, 5, 6, 5000)] == [0, 2, 4, 32, 60, 60]
