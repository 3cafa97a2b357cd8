"""What was taken away from an overflow centre when its contract ended: on record, and as a certificate to download."""

from datetime import UTC, datetime, time
from io import BytesIO

from flask import Blueprint, Response, abort, render_template, send_file

from console.centres.certificate import write_certificate
from console.centres.pages import list_names
from console.context import current_actor, get_context
from console.guard import needs
from console.plan.current_plan import get_plan_in_force
from records.centres import closings
from records.centres.contracts import get_current_contract
from routing.access.permissions import Permission
from routing.plan.part_kinds import PartKind
from routing.plan.titles import find_title
from translations.dates import long_date
from translations.message import OwnText
from translations.web import gettext
from web.language import current_language

blueprint = Blueprint("centres_closings", __name__, template_folder="templates", url_prefix="/centres/<name>/closings")


@blueprint.get("")
@needs(Permission.CHECK_COSTS)
def list_closings(name: str) -> str:
    plan = get_plan_in_force().plan
    contract = get_current_contract(plan.overflow, name)
    last = datetime.combine(contract.ends_on, time(12), UTC) if contract.ends_on else None
    return render_template(
        "centres/closings.html",
        name=name,
        title=list_names(plan).get(name) or abort(404),
        closings=closings.list_closings(get_context().database, current_actor(), name),
        contract=contract,
        last_day=last and long_date(last, UTC, current_language()),
        today=get_context().clock().astimezone(plan.timezone).date(),
    )


@blueprint.get("/<int:closing_id>/certificate.html")
@needs(Permission.CHECK_COSTS)
def download(name: str, closing_id: int) -> Response:
    """The certificate in every language of the console, as one page that needs nothing else."""
    plan = get_plan_in_force().plan
    closing = closings.get_closing(get_context().database, current_actor(), name, closing_id)
    title = find_title(plan, PartKind.CENTRE, name)
    text = write_certificate(closing, title, OwnText(plan.organisation.name), plan.timezone)
    file_name = "-".join([gettext("certificate"), name, f"{closing.ended_on}.html"])
    return send_file(BytesIO(text.encode()), "text/html", as_attachment=True, download_name=file_name)
