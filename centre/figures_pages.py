"""The figures of a centre for its supervisor: the same function gives them to the organisation."""

from datetime import date, timedelta

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from centre.context import current_account, current_contract, get_context
from centre.guard import for_supervisors
from records.centres.figures import read_figures
from routing.centres.pricing import next_month
from translations.dates import month as month_text
from web.language import current_language

blueprint = Blueprint("figures", __name__, url_prefix="/figures")


@blueprint.get("")
@for_supervisors
def choose() -> Response:
    """Leads to the current month."""
    return redirect(url_for("figures.show", month=f"{_today():%Y-%m}"), 303)


@blueprint.get("/<month>")
@for_supervisors
def show(month: str) -> str:
    first, language = _parse_month(month), current_language()
    before, after = first - timedelta(days=1), next_month(first)
    context = get_context()
    figures = read_figures(context.database, current_account().centre, first, after, context.timezone)
    return render_template(
        "figures.html",
        figures=figures,
        contract=current_contract(),
        month_title=month_text(first, language),
        earlier=(f"{before:%Y-%m}", month_text(before, language)),
        later=(f"{after:%Y-%m}", month_text(after, language)) if after <= _today() else None,
    )


def _today() -> date:
    context = get_context()
    return context.clock().astimezone(context.timezone).date()


def _parse_month(text: str) -> date:
    """The first day of a month such as 2030-06; 404 for anything else."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        abort(404)
    return first if len(text) == 7 and 2000 <= first.year <= 2100 else abort(404)
