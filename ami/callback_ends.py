"""How attempts to call somebody back end: what the channel event log tells of them, or that it cannot tell any more."""

import logging
from datetime import datetime

from ami.channel_events import RingTold
from records import callback_attempts
from records.base import Base
from records.callback_attempts import Attempt
from records.callback_results import RingResult, RingStep, settle
from records.errors import BaseBusy, BaseUnavailable
from routing.plan import Plan

log = logging.getLogger("switch")


def tell(base: Base, plan: Plan, told: RingTold) -> None:
    """Writes it down; told again, nothing changes. What makes no sense is passed over.

    Raises BaseBusy, BaseUnavailable.
    """
    try:
        match told.what:
            case RingStep.PICKED_UP:
                callback_attempts.picked_up(base, told.channel_id, at=told.at)
            case RingStep.TALKING:
                callback_attempts.talking(base, told.channel_id, at=told.at)
            case RingResult() as result:
                _over(base, plan, told.channel_id, result, told.at)
    except (BaseBusy, BaseUnavailable):
        raise
    except Exception as error:  # whatever stands in the log, what follows counts
        log.error("the end of an attempt to call back was passed over: %s", type(error).__name__)


def cut_short(base: Base, plan: Plan, *, before: datetime, at: datetime) -> None:
    """Asterisk started at `before`, and everything that it had written by then is read: older attempts are no more, and
    nobody knows how they ended. One that had not rung goes on waiting, the others are for a person."""
    for attempt in callback_attempts.in_flight(base):
        if attempt.placed_at < before:
            log.error("the attempt %s was cut when Asterisk ended", attempt.channel_id)
            _settle(base, plan, attempt.channel_id, attempt, RingResult.UNKNOWN, at)


def _over(base: Base, plan: Plan, channel_id: str, result: RingResult, at: datetime) -> None:
    attempt = next((one for one in callback_attempts.in_flight(base) if one.channel_id == channel_id), None)
    if attempt or result is not RingResult.UNKNOWN:
        _settle(base, plan, channel_id, attempt, result, at)


def _settle(base: Base, plan: Plan, channel_id: str, attempt: Attempt | None, result: RingResult, at: datetime) -> None:
    """Where the number is not known any more, the first one's hours tell when to try again."""
    shown = attempt.public_number if attempt else ""
    number = next((number for number in plan.numbers if number.public == shown), plan.numbers[0])
    settle(base, channel_id, result, plan.callbacks, plan.hours[number.hours], plan.timezone, at=at)
