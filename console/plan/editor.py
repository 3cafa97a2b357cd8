"""Editing the plan, in forms or as text: reviewed, previewed, then saved as a new version."""

from flask import Blueprint, request

from console.guard import needs
from console.plan import review
from console.plan.announcement_form import announcement_form, new_announcement_entries
from console.plan.current_plan import get_current_version, get_plan_in_force, normalize_newlines
from console.plan.form_editing import add_new_part, base_version, edit_part, edit_settings
from console.plan.forms import Entries
from console.plan.hours_form import HoursForm
from console.plan.languages_form import LanguagesForm
from console.plan.menu_form import MenuForm
from console.plan.menu_templates import new_menu_entries
from console.plan.number_form import NumberForm, new_number_entries, unused_number
from console.plan.review import PageResponse
from routing.access.permissions import Permission
from routing.plan.model import Plan
from routing.plan.part_kinds import PartKind

blueprint = Blueprint("plan_edit", __name__, url_prefix="/plan")


@blueprint.route("/hours/<name>", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def hours(name: str) -> PageResponse:
    return edit_part(PartKind.CALENDAR, name, _hours_form)


@blueprint.route("/menu/<name>", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def menu(name: str) -> PageResponse:
    return edit_part(PartKind.MENU, name, _menu_form)


@blueprint.route("/number/<public>", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def number(public: str) -> PageResponse:
    return edit_part(PartKind.NUMBER, public, _number_form)


@blueprint.route("/languages", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def languages() -> PageResponse:
    return edit_settings(lambda old, plan: LanguagesForm(plan, old))


@blueprint.route("/announcement/<name>", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def announcement(name: str) -> PageResponse:
    return edit_part(PartKind.ANNOUNCEMENT, name, announcement_form)


@blueprint.route("/new/number", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def new_number() -> PageResponse:
    """A new number; until one is typed, a free one stands in the plan for it."""
    placeholder = unused_number(get_plan_in_force().plan)
    return add_new_part(PartKind.NUMBER, _new_number_form, new_number_entries, name=placeholder)


@blueprint.route("/new/announcement", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def new_announcement() -> PageResponse:
    return add_new_part(PartKind.ANNOUNCEMENT, announcement_form, new_announcement_entries)


@blueprint.route("/new/hours", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def new_hours() -> PageResponse:
    return add_new_part(PartKind.CALENDAR, _hours_form, lambda plan: {"week": {"mon-fri": "09:00-12:00, 14:00-18:00"}})


@blueprint.route("/new/menu", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def new_menu() -> PageResponse:
    """A new menu, from the template that the address names."""
    template = request.args.get("from", "")
    return add_new_part(PartKind.MENU, _menu_form, lambda plan: new_menu_entries(plan, template))


@blueprint.route("/text", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def text() -> PageResponse:
    """The whole text, for experts."""
    if request.method == "GET":
        version = get_current_version()
        return review.render_text(version.text, version.version)
    base, typed = base_version(request.form), request.form.get("text", "")
    if request.form.get("do") == review.GO_BACK:
        return review.render_text(normalize_newlines(typed), base.version)
    return review.review_change(typed, base, review.FormOrigin(request.path))


@blueprint.post("/review", endpoint="review")
@needs(Permission.CHANGE_PLAN)
def review_text() -> PageResponse:
    """The review of a changed text: plays a preview, simulates a call, or saves."""
    text, do = request.form.get("text", ""), request.form.get("do", "")
    return review.review_change(text, base_version(request.form), review.sent_origin(), do)


def _hours_form(name: str, old: Entries, plan: Plan) -> HoursForm:
    return HoursForm(name, plan.languages)


def _number_form(name: str, old: Entries, plan: Plan) -> NumberForm:
    return NumberForm(name, plan.country, plan.languages)


def _new_number_form(name: str, old: Entries, plan: Plan) -> NumberForm:
    return NumberForm(name, plan.country, plan.languages, is_new=True)


def _menu_form(name: str, old: Entries, plan: Plan) -> MenuForm:
    return MenuForm(name, plan.languages)
