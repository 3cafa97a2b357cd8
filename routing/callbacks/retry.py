"""When a visitor who was not reached is called again."""

from datetime import datetime, timedelta

from routing.callbacks.terms import CallbackTerms


def next_attempt_at(terms: CallbackTerms, attempts_made: int, ended: datetime) -> datetime | None:
    """When to try again; always inside opening hours. The last of the attempts made ended at `ended`.

    None when all attempts are used, or it never opens again.
    """
    if attempts_made >= terms.rules.attempts:
        return None
    pauses = terms.rules.retry_after_min
    pause = pauses[min(max(attempts_made, 1), len(pauses)) - 1]
    return terms.calendar.next_opening(ended + timedelta(minutes=pause))
