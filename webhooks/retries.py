"""When an event that was not delivered is sent again."""

from datetime import datetime, timedelta

DELAYS = (
    *(timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5)),
    *(timedelta(hours=10), timedelta(hours=14), timedelta(hours=20), timedelta(hours=24)),
)
"""The retry schedule of Standard Webhooks 1.0: three days in all."""

JITTER = 0.2  # a share of each delay, so that events that failed together are not retried together
MAX_RETRY_AFTER = timedelta(days=1)
MAX_BACKOFF_S = 60


def next_attempt_at(attempts: int, at: datetime, random_fraction: float, retry_after_s: int = 0) -> datetime | None:
    """The time of the next attempt after `attempts` failures, the last at `at`; None to give up.

    `random_fraction`: a random number from 0 to 1. `retry_after_s`: the seconds that the endpoint asked us to wait.
    """
    if attempts > len(DELAYS):
        return None
    delay = DELAYS[attempts - 1] * (1 + JITTER * (2 * random_fraction - 1))
    return at + max(delay, min(timedelta(seconds=retry_after_s), MAX_RETRY_AFTER))


def backoff_s(failures: int) -> int:
    """Seconds without any delivery to an endpoint after so many failures in a row."""
    return min(2**failures, MAX_BACKOFF_S) if failures else 0
