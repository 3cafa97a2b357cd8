"""Users of the console: listed, invited, edited, deactivated, given a new link."""

from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from console.context import current_actor, get_context
from console.forms import parse_number
from console.guard import needs
from console.language import translate
from console.people.forms import InviteForm, UserForm
from console.user_texts import USER_PROBLEMS
from records.staff import agents
from records.users import administration, phone_pins, users
from records.users.administration import IssuedInvitation, LastAdministrator
from records.users.invitees import AgentTaken, EmailTaken, Invitee
from records.users.users import User
from routing.access.permissions import Permission, Role
from routing.access.role_names import ROLE_LABELS
from translations.message import translatable
from translations.web import gettext

UserFormT = TypeVar("UserFormT", bound=UserForm)

blueprint = Blueprint("people", __name__, template_folder="templates", url_prefix="/people")
NO_AGENT = ""
_AGENT_TAKEN = translatable("Somebody else has this telephone already.")
_LAST_ADMINISTRATOR = translatable("This is the last administrator: first give this role to somebody else.")


@blueprint.get("")
@needs(Permission.MANAGE_USERS)
def list_users() -> str:
    return render_template("people/list.html", users=users.list_users(get_context().database, current_actor()))


@blueprint.route("/invite", methods=["GET", "POST"])
@needs(Permission.MANAGE_USERS)
def invite() -> str | tuple[str, int]:
    form = _fill_choices(InviteForm(role=Role.STAFF))
    if not form.validate_on_submit():
        return render_template("people/invite.html", form=form), 422 if form.is_submitted() else 200
    invitee = Invitee(
        form.name.data, form.email.data, Role(form.role.data), form.language.data, parse_number(form.agent.data)
    )
    try:
        (invited,) = administration.invite_users(
            get_context().database, current_actor(), [invitee], at=get_context().clock()
        )
    except EmailTaken:
        form.add_error("email", USER_PROBLEMS["email:taken"])
    except AgentTaken:
        form.add_error("agent", _AGENT_TAKEN)
    else:
        return _render_link(invited)
    return render_template("people/invite.html", form=form), 422


@blueprint.route("/<int:user_id>", methods=["GET", "POST"])
@needs(Permission.MANAGE_USERS)
def edit(user_id: int) -> Response | str | tuple[str, int]:
    user = users.get_user(get_context().database, current_actor(), user_id)
    filled = UserForm(name=user.name, role=user.role, agent=str(user.agent_id or NO_AGENT))
    form = _fill_choices(filled)
    if not form.validate_on_submit():
        return _render_user(user, form, 422 if form.is_submitted() else 200)
    try:
        administration.update_user(
            get_context().database,
            current_actor(),
            user_id,
            name=form.name.data,
            role=Role(form.role.data),
            agent_id=parse_number(form.agent.data),
            at=get_context().clock(),
        )
    except LastAdministrator:
        form.add_error("role", _LAST_ADMINISTRATOR)
    except AgentTaken:
        form.add_error("agent", _AGENT_TAKEN)
    else:
        return _redirect_to_list(gettext("%(name)s: saved.", name=user.name))
    return _render_user(user, form, 422)


@blueprint.post("/<int:user_id>/deactivate")
@needs(Permission.MANAGE_USERS)
def deactivate(user_id: int) -> Response | str | tuple[str, int]:
    user = users.get_user(get_context().database, current_actor(), user_id)
    try:
        administration.deactivate_user(get_context().database, current_actor(), user_id, at=get_context().clock())
    except LastAdministrator:
        form = _fill_choices(UserForm(formdata=None, name=user.name, role=user.role))
        return _render_user(user, form, 422, refusal=_LAST_ADMINISTRATOR)
    return _redirect_to_list(gettext("%(name)s can no longer log in; all sessions have ended.", name=user.name))


@blueprint.post("/<int:user_id>/reset")
@needs(Permission.MANAGE_USERS)
def reset_access(user_id: int) -> str:
    return _render_link(
        administration.reset_user(get_context().database, current_actor(), user_id, at=get_context().clock())
    )


@blueprint.post("/<int:user_id>/unlock-pin")
@needs(Permission.MANAGE_USERS)
def unlock_pin(user_id: int) -> Response:
    user = users.get_user(get_context().database, current_actor(), user_id)
    phone_pins.unlock_pin(get_context().database, current_actor(), user_id, at=get_context().clock())
    flash(gettext("%(name)s's PIN works again.", name=user.name))
    return redirect(url_for("people.edit", user_id=user_id), 303)


def _render_link(invited: IssuedInvitation) -> str:
    """The one page that ever shows the link: its secret is in no database and in no log."""
    link = get_context().external_url("welcome.accept_invitation", secret=invited.secret)
    return render_template("people/invited.html", user=invited.user, link=link)


def _render_user(user: User, form: UserForm, status: int, **extra_context: object) -> tuple[str, int]:
    pin = phone_pins.get_pin_state(get_context().database, current_actor(), user.id)
    return render_template("people/edit.html", user=user, form=form, pin=pin, **extra_context), status


def _redirect_to_list(notice: str) -> Response:
    flash(notice)
    return redirect(url_for("people.list_users"), 303)


def _fill_choices(form: UserFormT) -> UserFormT:
    known_agents = agents.list_agents(get_context().database)
    form.set_choices(
        roles=[(role.value, translate(ROLE_LABELS[role])) for role in Role],
        agents=[
            (NO_AGENT, gettext("None")),
            *((str(agent.id), f"{agent.name} ({agent.desk})") for agent in known_agents),
        ],
    )
    return form
