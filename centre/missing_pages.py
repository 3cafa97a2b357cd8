"""Calls whose outcome is missing: each agent sees those whose card they opened, a supervisor those of the centre."""

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from centre.context import current_account, current_contract, get_context
from centre.guard import signed_in
from records.centres import missing_outcomes, outcomes
from records.centres.contracts import find_contract_of_day
from records.errors import NotFound
from routing.centres.contract import CentreContract
from routing.centres.reporting import is_too_late, list_outcome_names
from translations.message import Message, translatable
from translations.web import gettext

blueprint = Blueprint("missing", __name__, url_prefix="/missing")
SHOWN = 50


@blueprint.get("")
@signed_in
def list_missing() -> str:
    """The last ones first; `before` goes on where a page ended."""
    return _render()


@blueprint.post("/<reference>")
@signed_in
def report(reference: str) -> Response | tuple[str, int]:
    """Stores what became of the call. 404 for another centre's, one of a colleague, and one that is too long ago."""
    context, account = get_context(), current_account()
    given = outcomes.find_given_call(context.database, account.centre, reference)
    today = context.clock().astimezone(context.timezone).date()
    if given is None or is_too_late(day := given.dialled_at.astimezone(context.timezone).date(), today):
        abort(404)
    if not account.is_supervisor and not missing_outcomes.has_seen(context.database, account.id, given.handoff_id):
        abort(404)
    outcome = request.form.get("outcome", "")
    if outcome not in list_outcome_names(_contract_of(day), context.plan().requests):
        return _render(translatable("Choose what became of the call.")), 422
    try:
        outcomes.report_outcome(context.database, given.handoff_id, outcome, None, by=account.name, at=context.clock())
    except NotFound:
        abort(404)
    flash(gettext("Saved."))
    return redirect(url_for("missing.list_missing"), 303)


def _contract_of(day: date) -> CentreContract:
    context = get_context()
    return find_contract_of_day(context.database, context.plan().overflow, current_account().centre, day)


def _render(refusal: Message | None = None) -> str:
    context, account = get_context(), current_account()
    asked = request.args.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None
    found = missing_outcomes.list_missing(
        context.database,
        account.centre,
        at=context.clock(),
        seen_by=None if account.is_supervisor else account.id,
        before=before,
        limit=SHOWN + 1,
    )
    rules = context.plan().requests
    return render_template(
        "missing.html",
        calls=found[:SHOWN],
        older=found[SHOWN - 1].id if len(found) > SHOWN else None,
        outcomes={name: rules.outcome_titles.get(name, name) for name in list_outcome_names(current_contract(), rules)},
        hours=current_contract().outcome_h,
        refusal=refusal,
    )
