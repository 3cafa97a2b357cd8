"""The file in which an overflow centre says what became of its calls: imported, with a report of each line."""

from base64 import b64encode
from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from console.centres.forms import OutcomesForm
from console.centres.pages import parse_month, read_account, render_account
from console.context import current_actor, get_context
from console.forms import FileForm
from console.guard import needs
from console.plan.current_plan import get_plan_in_force
from records.centres.outcome_files import count_results, import_outcomes
from routing.access.permissions import Permission
from routing.centres.outcome_files import (
    CHANGING,
    MAX_BYTES,
    REFUSED,
    REPORT_TITLES,
    RESULTS,
    LineReport,
    LineResult,
    read_outcome_file,
    report_cells,
)
from routing.table_writing import csv_lines
from routing.tables import TableError
from translations.message import translatable
from translations.web import gettext
from web.language import current_language, translate

blueprint = Blueprint("centre_outcomes", __name__, template_folder="templates", url_prefix="/centres")
SHOWN = 100
"""Lines on the page; the report to download has all of them."""
MAX_FILE_NAME = 200


@blueprint.get("/<name>/<month>/outcomes")
@needs(Permission.CHECK_COSTS)
def leave(name: str, month: str) -> Response:
    """A report is shown once; its address leads back to the costs."""
    parse_month(month)  # the page of the costs checks the name
    return redirect(url_for("centres.show", name=name, month=month), 303)


@blueprint.post("/<name>/<month>/outcomes")
@needs(Permission.CHECK_COSTS)
def import_file(name: str, month: str) -> str | tuple[str, int]:
    """Imports the outcomes of calls of any month, and shows what became of each line."""
    form, context = OutcomesForm(), get_context()
    account = read_account(name, parse_month(month))
    sent = form.outcomes.data
    if not sent or not sent.filename:
        form.add_error("outcomes", translatable("Choose a file."))
        return render_account(account, FileForm(formdata=None), outcomes_form=form), 422
    with sent.stream as stream:
        content = stream.read(MAX_BYTES + 1)
    try:
        file = read_outcome_file(name, sent.filename[:MAX_FILE_NAME], content)
    except TableError as error:
        form.add_error("outcomes", error.message)
        return render_account(account, FileForm(formdata=None), outcomes_form=form), 422
    plan = get_plan_in_force().plan
    reports = import_outcomes(context.database, current_actor(), plan, file, at=context.clock())
    counts = count_results(reports)
    # Refusals first: they are what somebody has to do something about.
    told = sorted((each for each in reports if each.explanation), key=lambda each: each.result not in REFUSED)
    return render_template(
        "centres/outcomes.html",
        account=account,
        month=month,
        file=file,
        counts=counts,
        changed=sum(counts.get(result, 0) for result in CHANGING),
        refused=sum(counts.get(result, 0) for result in REFUSED),
        told=[each for each in told if each.result is not LineResult.SAME],
        shown=SHOWN,
        results=RESULTS,
        unknown=LineResult.UNKNOWN_REFERENCE,
        download=_report_uri(reports),
        download_name="-".join([gettext("outcomes-report"), f"{name}.csv"]),
    )


def _report_uri(reports: Sequence[LineReport]) -> str:
    """The report as a CSV file within the page: nothing of it is kept here."""
    titles = [translate(title) for title in REPORT_TITLES]
    text = "".join(csv_lines(titles, (report_cells(each, current_language()) for each in reports)))
    return f"data:text/csv;base64,{b64encode(text.encode()).decode()}"
