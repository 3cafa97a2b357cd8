"""The pages of the settings of the plan, each a form; what they change is reviewed before it is saved."""

from flask import Blueprint

from console.context import get_context
from console.guard import needs
from console.plan.form_editing import edit_part, edit_settings
from console.plan.review import PageResponse
from console.plan.settings.callbacks import callbacks_form, limits_form
from console.plan.settings.contract import contract_form
from console.plan.settings.organisation import organisation_form, staff_line_form
from console.plan.settings.overflow import CentresForm, RulesForm
from console.plan.settings.place import place_form
from console.plan.settings.requests import outcomes_form, pause_reasons_form, topics_form
from console.plan.settings.retention import retention_form
from console.plan.settings.satisfaction import satisfaction_form
from console.plan.settings.team import team_form
from console.plan.settings.waiting import waiting_form
from console.trunks.names import list_trunk_names
from records import trunks
from routing.access.permissions import Permission
from routing.plan.part_kinds import PartKind

blueprint = Blueprint("plan_settings", __name__, url_prefix="/plan")


@blueprint.route("/team", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def team() -> PageResponse:
    return edit_settings(lambda old, plan: team_form(plan))


@blueprint.route("/team/pauses", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def pause_reasons() -> PageResponse:
    return edit_settings(lambda old, plan: pause_reasons_form(plan))


@blueprint.route("/waiting", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def waiting() -> PageResponse:
    return edit_settings(lambda old, plan: waiting_form(plan))


@blueprint.route("/overflow", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def overflow() -> PageResponse:
    return edit_settings(lambda old, plan: CentresForm(plan, list_trunk_names(plan)))


@blueprint.route("/overflow/contracts/<name>", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def contract(name: str) -> PageResponse:
    return edit_part(PartKind.CENTRE, name, contract_form)


@blueprint.route("/overflow/rules", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def overflow_rules() -> PageResponse:
    return edit_settings(lambda old, plan: RulesForm(plan))


@blueprint.route("/callbacks", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def callbacks() -> PageResponse:
    return edit_settings(lambda old, plan: callbacks_form(plan, can_call=trunks.has_trunks(get_context().database)))


@blueprint.route("/callbacks/limits", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def callback_limits() -> PageResponse:
    return edit_settings(lambda old, plan: limits_form(plan))


@blueprint.route("/organisation", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def organisation() -> PageResponse:
    return edit_settings(lambda old, plan: organisation_form(plan))


@blueprint.route("/place", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def place() -> PageResponse:
    return edit_settings(lambda old, plan: place_form(plan))


@blueprint.route("/staff-line", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def staff_line() -> PageResponse:
    return edit_settings(lambda old, plan: staff_line_form(plan))


@blueprint.route("/requests", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def requests() -> PageResponse:
    return edit_settings(lambda old, plan: topics_form(plan))


@blueprint.route("/requests/outcomes", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def request_outcomes() -> PageResponse:
    return edit_settings(lambda old, plan: outcomes_form(plan))


@blueprint.route("/retention", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def retention() -> PageResponse:
    return edit_settings(lambda old, plan: retention_form(plan))


@blueprint.route("/satisfaction", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def satisfaction() -> PageResponse:
    return edit_settings(lambda old, plan: satisfaction_form(plan))
