"""The figures of an overflow centre as its supervisor sees them, missing outcomes, and who of it looked at cards."""

from datetime import timedelta

from flask import Blueprint, abort, render_template, request

from console.centres.pages import list_names, parse_month
from console.context import current_actor, get_context
from console.forms import parse_number
from console.guard import needs
from console.plan.current_plan import get_plan_in_force
from records.centres import missing_outcomes
from records.centres.card_views import list_views
from records.centres.contracts import get_current_contract
from records.centres.figures import read_figures
from routing.access.permissions import Permission
from routing.centres.pricing import next_month
from translations.dates import month as month_text
from web.language import current_language

blueprint = Blueprint("centres_figures", __name__, template_folder="templates", url_prefix="/centres")
SHOWN = 50


@blueprint.get("/<name>/<month>/figures")
@needs(Permission.CHECK_COSTS)
def show(name: str, month: str) -> str:
    first, context, language = parse_month(month), get_context(), current_language()
    plan = get_plan_in_force().plan
    before, after = first - timedelta(days=1), next_month(first)
    return render_template(
        "centres/figures.html",
        name=name,
        title=list_names(plan).get(name) or abort(404),
        month=month,
        month_title=month_text(first, language),
        earlier=(f"{before:%Y-%m}", month_text(before, language)),
        later=(f"{after:%Y-%m}", month_text(after, language)),
        figures=read_figures(context.database, name, first, after, context.timezone()),
        contract=get_current_contract(plan.overflow, name),
        overdue=_find_overdue(name),
    )


@blueprint.get("/<name>/missing")
@needs(Permission.CHECK_COSTS)
def list_missing(name: str) -> str:
    """The calls whose outcome the centre may still report, the last ones first; `before` goes on where a page ended."""
    plan, before, context = get_plan_in_force().plan, parse_number(request.args.get("before")), get_context()
    title = list_names(plan).get(name) or abort(404)
    found = missing_outcomes.list_missing(context.database, name, at=context.clock(), before=before, limit=SHOWN + 1)
    return render_template(
        "centres/missing.html",
        name=name,
        title=title,
        calls=found[:SHOWN],
        older=found[SHOWN - 1].id if len(found) > SHOWN else None,
        is_continued=before is not None,
        overdue=_find_overdue(name),
        contract=get_current_contract(plan.overflow, name),
    )


def _find_overdue(name: str) -> int:
    """How many outcomes are overdue by the contract; 0 where it has no rule."""
    context, hours = get_context(), get_current_contract(get_plan_in_force().plan.overflow, name).outcome_h
    if not hours:
        return 0
    return missing_outcomes.find_overdue(context.database, name, hours, at=context.clock()).count


@blueprint.get("/<name>/views")
@needs(Permission.CHECK_COSTS)
def list_looks(name: str) -> str:
    """Newest first; `before` goes on where a page ended."""
    plan, before = get_plan_in_force().plan, parse_number(request.args.get("before"))
    title = list_names(plan).get(name) or abort(404)
    found = list_views(get_context().database, current_actor(), name, before=before, limit=SHOWN + 1)
    return render_template(
        "centres/views.html",
        name=name,
        title=title,
        views=found[:SHOWN],
        older=found[SHOWN - 1].id if len(found) > SHOWN else None,
        is_continued=before is not None,
    )
