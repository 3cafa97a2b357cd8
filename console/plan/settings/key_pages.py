"""Keys of programs of overflow centres and of ours: listed, made for a centre, withdrawn."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.context import current_actor, get_context
from console.forms import clean_text
from console.guard import needs
from console.plan.current_plan import get_plan_in_force
from console.plan.part_titles import title_text
from records import site_keys
from records.centres.contracts import get_current_contract
from records.site_keys import NO_SITE, OUTCOMES_SCOPE
from routing.access.permissions import Permission
from routing.centres.reporting import REPORTED_DAYS, has_ended
from routing.plan.model import Plan
from routing.plan.part_kinds import PartKind
from translations.web import gettext

blueprint = Blueprint("plan_keys", __name__, url_prefix="/plan/keys")
MAX_LABEL = 80


@blueprint.get("")
@needs(Permission.CHANGE_PLAN)
def list_keys() -> str:
    return _render_keys()


@blueprint.post("/<name>")
@needs(Permission.CHANGE_PLAN)
def create_key(name: str) -> str | tuple[str, int]:
    """A key of the centre; its contract must not have ended so long ago that the key would be refused."""
    plan, label = get_plan_in_force().plan, read_label()
    if name not in {each.name for each in plan.overflow.centres}:
        return _render_keys(), 404
    if _describe_end(plan, name)["has_ended"]:
        return _render_keys(), 422
    if not is_label(label):
        return _render_keys(wrong_key=name, wrong_label=wrong_label(), typed_label=label), 422
    _, token = site_keys.create_site_key(
        get_context().database,
        site_keys.NewKey(NO_SITE, scopes=(OUTCOMES_SCOPE,), label=label, centre=name),
        at=get_context().clock(),
        actor=current_actor(),
    )
    return show_key(label, token, url_for("plan_keys.list_keys"))


@blueprint.post("/<int:key_id>/revoke")
@needs(Permission.CHANGE_PLAN)
def revoke_key(key_id: int) -> Response:
    return withdraw_key(key_id, url_for("plan_keys.list_keys"))


def read_label() -> str:
    """Whose key it is, as the form says."""
    return " ".join(clean_text(request.form.get("label")).split())


def is_label(label: str) -> bool:
    return 0 < len(label) <= MAX_LABEL


def wrong_label() -> str:
    """What to do about a label that is none."""
    return gettext("Say whose key it is, in %(count)s characters at most.", count=MAX_LABEL)


def show_key(label: str, token: str, back: str) -> str:
    """The one page that ever shows a key: the database holds its hash."""
    return render_template("plan/site_key.html", label=label, token=token, back=back)


def withdraw_key(key_id: int, back: str) -> Response:
    """Withdraws the key and leads back."""
    site_keys.revoke_site_key(get_context().database, key_id, at=get_context().clock(), actor=current_actor())
    flash(gettext("The key is withdrawn: the program that uses it is refused from now on."))
    return redirect(back, 303)


def _render_keys(**more: str) -> str:
    plan = get_plan_in_force().plan
    keys = [key for key in site_keys.list_site_keys(get_context().database) if key.revoked_at is None]
    centres = [
        {
            "name": each.name,
            "title": title_text(plan, PartKind.CENTRE, each.name),
            "api_keys": [key for key in keys if key.centre == each.name],
            **_describe_end(plan, each.name),
        }
        for each in plan.overflow.centres
    ]
    known = {each.name for each in plan.overflow.centres}
    return render_template(
        "plan/keys.html",
        centres=centres,
        reported_days=REPORTED_DAYS,
        lost_keys=[key for key in keys if key.centre and key.centre not in known],
        tool_keys=[key for key in keys if key.site == NO_SITE and not key.centre],
        **more,
    )


def _describe_end(plan: Plan, name: str) -> Mapping[str, object]:
    """The last day of the contract, whether it is over, and whether keys that were made since are refused, too."""
    contract = get_current_contract(plan.overflow, name)
    today = get_context().clock().astimezone(get_context().timezone()).date()
    is_over = contract.ends_on is not None and contract.ends_on < today
    return {"has_ended": has_ended(contract, today), "is_over": is_over, "ends_on": contract.ends_on}
