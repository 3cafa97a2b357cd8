"""Outcomes that a centre has sent as a file: each line is reported as the centre's programs report it, or refused."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import select

from records import changes
from records.actor import Actor
from records.centres.contracts import find_contract_of_day
from records.centres.outcomes import find_given_call, report_outcome
from records.database.engine import Database
from records.database.unit_of_work import one_view, unit_of_work
from records.errors import NotFound
from records.schema import Handoff as Handoffs
from records.schema import HandoffOutcome as Outcomes
from routing.access.permissions import Permission
from routing.centres.outcome_files import (
    CHANGING,
    MAX_NOTE,
    LineReport,
    LineResult,
    OutcomeFile,
    OutcomeLine,
    find_outcome,
    list_titles,
)
from routing.centres.reporting import is_too_late, list_outcome_names
from routing.plan.model import Plan

_AT_ONCE = 50
"""Lines in one transaction: on SQLite a caller's writes wait until it ends."""


@dataclass(frozen=True, slots=True)
class _Accepted:
    """A line that may be reported: about which call, and which outcome of the plan."""

    line: OutcomeLine
    handoff_id: int
    outcome: str


def import_outcomes(
    database: Database, actor: Actor, plan: Plan, file: OutcomeFile, *, at: datetime
) -> tuple[LineReport, ...]:
    """Reports what the lines say, and says what became of each, in their order.

    Of several lines about one call the last one counts, so that the same file again changes nothing. The import
    stands in the change log when it changes something. Raises Forbidden.
    """
    actor.require(Permission.CHECK_COSTS)
    with one_view(database) as view:
        checked = _check(view, plan, file, at.astimezone(plan.timezone).date())
    last = {each.handoff_id: each for each in checked if isinstance(each, _Accepted)}
    reports = {each.line.line: each for each in checked if isinstance(each, LineReport)}
    for each in checked:
        if isinstance(each, _Accepted) and last[each.handoff_id] is not each:
            reports[each.line.line] = LineReport(each.line, LineResult.SUPERSEDED)
    # In the order of the calls, so that two imports at once never wait for each other.
    accepted, is_recorded = sorted(last.values(), key=lambda each: each.handoff_id), False
    for start in range(0, len(accepted), _AT_ONCE):
        with unit_of_work(database, atomic=True) as part:
            stored = [_store(part, actor, plan, each, at) for each in accepted[start : start + _AT_ONCE]]
            if not is_recorded and any(each.result in CHANGING for each in stored):
                _record(part, actor, file, at)
                is_recorded = True
        reports.update({each.line.line: each for each in stored})
    return tuple(reports[line.line] for line in file.lines)


def _check(database: Database, plan: Plan, file: OutcomeFile, today: date) -> Sequence[_Accepted | LineReport]:
    @cache
    def names_of(day: date) -> tuple[str, ...]:
        contract = find_contract_of_day(database, plan.overflow, file.centre, day)
        return list_outcome_names(contract, plan.requests)

    def check(line: OutcomeLine) -> _Accepted | LineReport:
        given = find_given_call(database, file.centre, line.reference)
        if given is None:
            return LineReport(line, LineResult.UNKNOWN_REFERENCE)
        day = given.dialled_at.astimezone(plan.timezone).date()
        if is_too_late(day, today):
            return LineReport(line, LineResult.LATE)
        if not line.outcome:
            return LineReport(line, LineResult.NO_OUTCOME)
        names = names_of(day)
        outcome = find_outcome(line.outcome, names, plan.requests)
        if outcome is None:
            return LineReport(line, LineResult.UNKNOWN_OUTCOME, list_titles(names, plan.requests))
        if line.note and len(line.note) > MAX_NOTE:
            return LineReport(line, LineResult.LONG_NOTE)
        return _Accepted(line, given.handoff_id, outcome)

    return [check(line) for line in file.lines]


def _store(part: Database, actor: Actor, plan: Plan, accepted: _Accepted, at: datetime) -> LineReport:
    """Reports the outcome. A call that was purged since it was found is unknown."""
    handoff_id, line = accepted.handoff_id, accepted.line
    with part.write() as connection:
        # Locked as report_outcome locks it: what was said before stays the last until this is said.
        connection.execute(select(Handoffs.id).where(Handoffs.id == handoff_id).with_for_update())
        said = select(Outcomes.id, Outcomes.outcome).where(Outcomes.handoff_id == handoff_id)
        before = connection.execute(said.order_by(Outcomes.id.desc()).limit(1)).one_or_none()
    try:
        made = report_outcome(part, handoff_id, accepted.outcome, line.note, by=actor.name, at=at)
    except NotFound:
        return LineReport(line, LineResult.UNKNOWN_REFERENCE)
    if before is None:
        return LineReport(line, LineResult.TAKEN)
    if made == before.id:
        return LineReport(line, LineResult.SAME)
    return LineReport(line, LineResult.CORRECTED, list_titles([before.outcome], plan.requests))


def _record(part: Database, actor: Actor, file: OutcomeFile, at: datetime) -> None:
    with part.write() as connection:
        after = {"file": file.name, "lines": len(file.lines)}
        changes.record(connection, actor, "centre.outcomes", file.centre, after=after, at=at)


def count_results(reports: Iterable[LineReport]) -> dict[LineResult, int]:
    """How many lines have each result, in the order of LineResult; results without a line are left out."""
    found = [report.result for report in reports]
    return {result: found.count(result) for result in LineResult if result in found}
