"""POST /v1/calls/{ref}/outcome: an overflow centre says what became of a call that it was given."""

from datetime import date

from flask import Blueprint, Response, request

from callback_api.context import get_context
from callback_api.problems import Problem, errors_as_problems
from callback_api.records_api.parameters import invalid_field
from callback_api.records_api.responses import OutcomeResponse
from callback_api.records_api.tool_access import identify_centre
from callback_api.records_api.write_forms import OutcomeForm
from callback_api.records_api.writing import change_once, not_found_here, read_form_for
from records.centres import outcomes
from records.centres.contracts import find_contract_of_day, get_current_contract
from records.centres.outcomes import GivenCall
from records.database.engine import Database
from routing.centres.reporting import (
    REPORTED_DAYS,
    has_ended,
    is_too_late,
    list_outcome_names,
)
from translations.message import translatable

blueprint = Blueprint("centre_outcomes", __name__)


@blueprint.post("/v1/calls/<ref>/outcome")
def report(ref: str) -> Response:
    """The outcome is stored, and stays; another one later corrects it. 404 for the call of another centre too."""
    context = get_context()
    tool, centre = identify_centre(context, request)
    today = context.clock().astimezone(context.plan().timezone).date()
    if has_ended(get_current_contract(context.plan().overflow, centre), today):
        raise Problem("contract-ended")
    call = _find_call(centre, ref)
    form = read_form_for(lambda: call is not None, OutcomeForm)
    if call is None:
        raise Problem("not-found")
    _check(centre, call, form.outcome, today)

    def write(part: Database) -> int:
        at = context.clock()
        return outcomes.report_outcome(part, call.handoff_id, form.outcome, form.note, by=tool.actor.name, at=at)

    return _answer(int(change_once(tool, form, write)))


def _find_call(centre: str, ref: str) -> GivenCall | None:
    try:
        with errors_as_problems():
            return outcomes.find_given_call(get_context().database, centre, ref)
    except Problem as problem:
        raise not_found_here(problem) from problem


def _check(centre: str, call: GivenCall, outcome: str, today: date) -> None:
    """Raises Problem for a call that was given too long ago, and for an outcome that its contract does not name."""
    plan = get_context().plan()
    day = call.dialled_at.astimezone(plan.timezone).date()
    if is_too_late(day, today):
        raise Problem("outcome-late", placeholders={"days": str(REPORTED_DAYS)})
    with errors_as_problems():
        contract = find_contract_of_day(get_context().database, plan.overflow, centre, day)
    names = list_outcome_names(contract, plan.requests)
    if outcome not in names:
        words = translatable("It is one of these: %(names)s.", names=", ".join(names))
        raise invalid_field("outcome", words)


def _answer(outcome_id: int) -> Response:
    with errors_as_problems():
        found, corrected = outcomes.get_outcome(get_context().database, outcome_id)
    answer = OutcomeResponse(
        reference=found.reference,
        outcome=found.outcome,
        note=found.note,
        reported_at=found.at,
        corrects=corrected,
    )
    return Response(answer.model_dump_json(), headers={"Cache-Control": "no-store"}, mimetype="application/json")
