"""When a visitor who was not reached is called again."""

from datetime import datetime, timedelta

from routing.callbacks.holds import end_holds, next_callable
from routing.callbacks.terms import CallbackTerms


def next_attempt_at(terms: CallbackTerms, attempts_made: int, ended: datetime) -> datetime | None:
    """When to try again; inside opening hours, and in no hold. The last of the attempts made ended at `ended`.

    None when all attempts are used, or it never opens again.
    """
    if attempts_made >= terms.rules.attempts:
        return None
    pauses = terms.rules.retry_after_min
    pause = pauses[min(max(attempts_made, 1), len(pauses)) - 1]
    # Nobody knows when a hold without an end is over; until then nothing is dialled anyway.
    return next_callable(terms.calendar, end_holds(terms.holds, ended), ended + timedelta(minutes=pause))
