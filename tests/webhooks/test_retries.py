"""When what did not arrive is sent again."""

from datetime import UTC, datetime, timedelta

import pytest

from webhooks.retries import DELAYS, backoff_s, next_attempt_at

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
EARLY, MIDDLE, LATE = 0.0, 0.5, 1.0


def test_tries_spread_over_three_days_and_then_end() -> None:
    at, tries = NOON, 0
    while (later := next_attempt_at(tries + 1, at, MIDDLE)) is not None:
        assert later > at
        at, tries = later, tries + 1

    assert tries == len(DELAYS)
    assert timedelta(days=3) < at - NOON < timedelta(days=3, hours=4)


@pytest.mark.parametrize("attempts", range(1, len(DELAYS) + 1))
def test_what_failed_together_does_not_come_back_together(attempts: int) -> None:
    early, late = (next_attempt_at(attempts, NOON, chance) for chance in (EARLY, LATE))

    assert early and late
    assert (late - NOON) / (early - NOON) == pytest.approx(1.5)


def test_an_endpoint_that_asks_for_time_gets_it_within_reason() -> None:
    assert next_attempt_at(1, NOON, MIDDLE, retry_after_s=90) == NOON + timedelta(seconds=90)
    assert next_attempt_at(3, NOON, MIDDLE, retry_after_s=90) == NOON + timedelta(minutes=30)
    assert next_attempt_at(1, NOON, MIDDLE, retry_after_s=10**9) == NOON + timedelta(days=1)


def test_an_endpoint_that_fails_is_left_in_peace_for_a_minute_at_most() -> None:
    assert [backoff_s(failures) for failures in (0, 1, 2, 5, 6, 5000)] == [0, 2, 4, 32, 60, 60]
