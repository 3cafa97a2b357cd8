"""When an event that did not arrive is sent again."""

from datetime import datetime, timedelta

DELAYS = (
    *(timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5)),
    *(timedelta(hours=10), timedelta(hours=14), timedelta(hours=20), timedelta(hours=24)),
)
"""The schedule that Standard Webhooks 1.0 proposes: three days."""

JITTER = 0.2  # of a delay, so that what failed together does not come back together
LONGEST_ASKED = timedelta(days=1)
LONGEST_REST_S = 60


def next_try(attempts: int, at: datetime, chance: float, asked_s: int = 0) -> datetime | None:
    """When to try again after `attempts` in vain, the last at `at`; None to give up.

    `chance`: 0 to 1, drawn by lot. `asked_s`: the seconds that the endpoint asked us to wait (Retry-After).
    """
    if attempts > len(DELAYS):
        return None
    delay = DELAYS[attempts - 1] * (1 + JITTER * (2 * chance - 1))
    return at + max(delay, min(timedelta(seconds=asked_s), LONGEST_ASKED))


def rest_s(failures: int) -> int:
    """Seconds for which an endpoint is left in peace after so many failures in a row, whatever else is due to it."""
    return min(2**failures, LONGEST_REST_S) if failures else 0
