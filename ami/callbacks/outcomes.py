"""Records the progress and the result of callback attempts, from the CEL log; after an Asterisk restart as unknown."""

import logging
from datetime import datetime
from typing import NamedTuple

from records.callbacks import callback_attempts
from records.callbacks.attempt_results import AttemptResult, AttemptStep, finish_attempt
from records.callbacks.callback_attempts import Attempt
from records.database.engine import Database
from records.errors import DatabaseBusy, DatabaseUnavailable
from routing.plan.model import Plan

log = logging.getLogger("switch")


class AttemptProgress(NamedTuple):
    """The attempt with this channel has reached a step at `at`, or has ended with a result."""

    channel_id: str
    at: datetime
    status: AttemptStep | AttemptResult


def record_progress(database: Database, plan: Plan, progress: AttemptProgress) -> None:
    """Records the progress; repeating it changes nothing. One that cannot be applied is skipped.

    Raises DatabaseBusy, DatabaseUnavailable.
    """
    try:
        match progress.status:
            case AttemptStep.PICKED_UP:
                callback_attempts.mark_picked_up(database, progress.channel_id, at=progress.at)
            case AttemptStep.TALKING:
                callback_attempts.mark_talking(database, progress.channel_id, at=progress.at)
            case AttemptResult() as result:
                _end_attempt(database, plan, progress.channel_id, result, progress.at)
    except (DatabaseBusy, DatabaseUnavailable):
        raise
    except Exception as error:  # the following lines of the log count, whatever is wrong with this one
        log.error("the progress of a callback attempt was skipped: %s", type(error).__name__)


def resolve_interrupted(database: Database, plan: Plan, *, before: datetime, at: datetime) -> None:
    """Ends the attempts that were placed before `before`, the time when Asterisk started.

    The CEL log up to that time must have been read. The result of those attempts is unknown: one that had
    dialled no visitor is queued again, the others are for staff to check.
    """
    for attempt in callback_attempts.list_active_attempts(database):
        if attempt.placed_at < before:
            log.error("the attempt %s was interrupted by an Asterisk restart", attempt.channel_id)
            _finish(database, plan, attempt.channel_id, attempt, AttemptResult.UNKNOWN, at)


def _end_attempt(database: Database, plan: Plan, channel_id: str, result: AttemptResult, at: datetime) -> None:
    active = callback_attempts.list_active_attempts(database)
    attempt = next((attempt for attempt in active if attempt.channel_id == channel_id), None)
    if attempt or result is not AttemptResult.UNKNOWN:
        _finish(database, plan, channel_id, attempt, result, at)


def _finish(
    database: Database, plan: Plan, channel_id: str, attempt: Attempt | None, result: AttemptResult, at: datetime
) -> None:
    """Without the attempt its public number is unknown; the hours of the plan's first number then apply to a retry."""
    public_number = attempt.public_number if attempt else ""
    finish_attempt(database, channel_id, result, plan.get_callback_terms(public_number), at=at)
