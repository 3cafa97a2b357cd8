"""The pages of websites with the callback button: listed with their code, edited, and their keys."""

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from console.context import current_actor, get_context
from console.guard import needs
from console.plan import labels
from console.plan.current_plan import get_plan_in_force
from console.plan.form_editing import add_new_part, edit_part
from console.plan.part_titles import title_text
from console.plan.review import PageResponse
from console.plan.settings.key_pages import is_label, read_label, show_key, withdraw_key, wrong_label
from console.plan.settings.sites import SiteForm, button_code, new_site, written_sites
from records import site_keys
from records.site_keys import NO_SITE
from routing.access.permissions import Permission
from routing.callbacks.rules import CallbackSite
from routing.numbers import format_number
from routing.plan.callbacks import presentable_public_numbers
from routing.plan.model import Plan
from routing.plan.part_kinds import PartKind
from translations.catalogues import choose_text
from translations.web import gettext, ngettext

blueprint = Blueprint("plan_sites", __name__, url_prefix="/plan")


@blueprint.get("/sites")
@needs(Permission.CHANGE_PLAN)
def sites() -> str:
    return _render_sites()


@blueprint.route("/new/site", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def add_site() -> PageResponse:
    if not presentable_public_numbers(get_plan_in_force().plan.numbers):
        return _render_sites(), 409
    return add_new_part(PartKind.SITE, lambda name, old, plan: SiteForm(name, plan), new_site, prepare=written_sites)


@blueprint.route("/sites/<name>", methods=["GET", "POST"])
@needs(Permission.CHANGE_PLAN)
def site(name: str) -> PageResponse:
    if not presentable_public_numbers(get_plan_in_force().plan.numbers):
        return _render_sites(), 409
    return edit_part(PartKind.SITE, name, lambda part, old, plan: SiteForm(part, plan), prepare=written_sites)


@blueprint.post("/sites/<name>/keys")
@needs(Permission.CHANGE_PLAN)
def create_key(name: str) -> str | tuple[str, int]:
    plan, label = get_plan_in_force().plan, read_label()
    if name not in {each.name for each in plan.callbacks.sites}:
        return _render_sites(), 404
    if not is_label(label):
        return _render_sites(wrong_key=name, wrong_label=wrong_label(), typed_label=label), 422
    _, token = site_keys.create_site_key(
        get_context().database,
        site_keys.NewKey(name, scopes=(site_keys.CREATE_SCOPE,), label=label),
        at=get_context().clock(),
        actor=current_actor(),
    )
    return show_key(label, token, url_for("plan_sites.sites"))


@blueprint.post("/sites/keys/<int:key_id>/revoke")
@needs(Permission.CHANGE_PLAN)
def revoke_key(key_id: int) -> Response:
    return withdraw_key(key_id, url_for("plan_sites.sites"))


def _render_sites(**more: str) -> str:
    plan = get_plan_in_force().plan
    keys = [key for key in site_keys.list_site_keys(get_context().database) if key.revoked_at is None]
    shown = [
        {
            "name": each.name,
            "title": title_text(plan, PartKind.SITE, each.name),
            "sentences": _describe_site(plan, each),
            "code": {code: button_code(each, get_context().public_url, code) for code in plan.languages},
            "api_keys": [key for key in keys if key.site == each.name],
        }
        for each in plan.callbacks.sites
    ]
    known = {each.name for each in plan.callbacks.sites}
    return render_template(
        "plan/sites.html",
        sites=shown,
        labels=labels,
        can_be_shown=bool(presentable_public_numbers(plan.numbers)),
        lost_keys=[key for key in keys if key.site != NO_SITE and key.site not in known],
        **more,
    )


def _describe_site(plan: Plan, site: CallbackSite) -> list[str]:
    """Who calls the visitors, where the button works, and the topics."""
    number = format_number(site.number, plan.country)
    sentences = [gettext("Its visitors are called from %(number)s, in the hours of that number.", number=number)]
    if site.origins:
        sentences.append(gettext("The button works on %(pages)s.", pages=", ".join(site.origins)))
    else:
        sentences.append(gettext("No address of it is known yet: the button works nowhere, only the link to the form."))
    topics: tuple[str, ...] = choose_text(site.topics, plan.languages[0]) or () if site.topics else ()
    if topics:
        sentences.append(
            ngettext("One topic: %(topics)s.", "%(num)s topics: %(topics)s.", len(topics), topics=", ".join(topics))
        )
    return sentences
