"""Users of the console: listed, invited, edited, deactivated, given a new link."""

from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.context import current_actor, get_context
from console.forms import parse_number
from console.guard import needs
from console.people.forms import BY_MAIL, InviteForm, LinkForm, UserForm, fingerprint
from console.people.link_reach import link_warning
from console.people.roles import explain_roles
from console.user_texts import USER_PROBLEMS
from records import mail_queue
from records.errors import ChangedMeanwhile
from records.mail_queue import MAIL_PROBLEM_TEXTS
from records.staff import agents
from records.users import administration, phone_pins, users
from records.users.administration import LastAdministrator
from records.users.invitees import AgentTaken, EmailTaken, Invitee
from records.users.users import User
from routing.access.permissions import Permission, Role, has_permission
from routing.access.role_names import ROLE_LABELS
from routing.tables import fold_word
from translations.message import translatable
from translations.web import gettext
from web.language import translate

UserFormT = TypeVar("UserFormT", bound=UserForm)

blueprint = Blueprint("people", __name__, template_folder="templates", url_prefix="/people")
NO_AGENT = ""
_AGENT_TAKEN = translatable("Somebody else has this telephone already.")
_CHANGED = translatable(
    "Somebody else has changed this person while you were here. Look at the fields, then save again."
)
_LAST_ADMINISTRATOR = translatable("This is the last administrator: first give this role to somebody else.")


@blueprint.get("")
@needs(Permission.MANAGE_USERS)
def list_users() -> str:
    searched = request.args.get("q", "").strip()
    everybody = users.list_users(get_context().database, current_actor())
    return render_template(
        "people/list.html",
        users=[user for user in everybody if _matches(user, searched)],
        everybody=len(everybody),
        searched=searched,
        mails=mail_queue.latest_mails(get_context().database),
        mail_problems=MAIL_PROBLEM_TEXTS,
        roles=explain_roles(),
    )


@blueprint.route("/invite", methods=["GET", "POST"])
@needs(Permission.MANAGE_USERS)
def invite() -> Response | str | tuple[str, int]:
    form = _fill_choices(InviteForm(role=Role.STAFF))
    if not form.validate_on_submit():
        return _render_invite(form, 422 if form.is_submitted() else 200)
    invitee = Invitee(
        form.name.data, form.email.data, Role(form.role.data), form.language.data, parse_number(form.agent.data)
    )
    try:
        return _invite(invitee, by_mail=form.by.data == BY_MAIL and get_context().sends_mail)
    except EmailTaken:
        form.add_error("email", USER_PROBLEMS["email:taken"])
    except AgentTaken:
        form.add_error("agent", _AGENT_TAKEN)
    return _render_invite(form, 422)


@blueprint.route("/<int:user_id>", methods=["GET", "POST"])
@needs(Permission.MANAGE_USERS)
def edit(user_id: int) -> Response | str | tuple[str, int]:
    user = users.get_user(get_context().database, current_actor(), user_id)
    filled = UserForm(name=user.name, role=user.role, agent=str(user.agent_id or NO_AGENT), seen=fingerprint(user))
    form = _fill_choices(filled)
    if not form.validate_on_submit():
        return _render_user(user, form, 422 if form.is_submitted() else 200)
    if form.seen.data != fingerprint(user):
        form.seen.data = fingerprint(user)
        return _render_user(user, form, 409, refusal=_CHANGED)
    try:
        administration.update_user(
            get_context().database,
            current_actor(),
            user_id,
            administration.UserDetails(
                name=form.name.data, role=Role(form.role.data), agent_id=parse_number(form.agent.data)
            ),
            at=get_context().clock(),
            seen=user,
        )
    except ChangedMeanwhile:  # between our look and our change
        form.seen.data = fingerprint(users.get_user(get_context().database, current_actor(), user_id))
        return _render_user(user, form, 409, refusal=_CHANGED)
    except LastAdministrator:
        form.add_error("role", _LAST_ADMINISTRATOR)
    except AgentTaken:
        form.add_error("agent", _AGENT_TAKEN)
    else:
        return _redirect_to_list(gettext("%(name)s: saved.", name=form.name.data))
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


@blueprint.post("/<int:user_id>/invitation")
@needs(Permission.MANAGE_USERS)
def renew_invitation(user_id: int) -> Response | str:
    """A new link for somebody who has not come yet."""
    user, by_mail = users.get_user(get_context().database, current_actor(), user_id), _is_wanted_by_mail()
    secret = administration.renew_invitation(
        get_context().database, current_actor(), user_id, by_mail=by_mail, at=get_context().clock()
    )
    return _redirect_after_mail(user) if by_mail else _render_link(user, secret)


@blueprint.post("/<int:user_id>/reset")
@needs(Permission.MANAGE_USERS)
def reset_access(user_id: int) -> Response | str:
    by_mail = _is_wanted_by_mail()
    issued = administration.reset_user(
        get_context().database, current_actor(), user_id, by_mail=by_mail, at=get_context().clock()
    )
    return _redirect_after_mail(issued.user) if by_mail else _render_link(issued.user, issued.secret)


@blueprint.post("/<int:user_id>/unlock-pin")
@needs(Permission.MANAGE_USERS)
def unlock_pin(user_id: int) -> Response:
    user = users.get_user(get_context().database, current_actor(), user_id)
    phone_pins.unlock_pin(get_context().database, current_actor(), user_id, at=get_context().clock())
    flash(gettext("%(name)s's PIN works again.", name=user.name))
    return redirect(url_for("people.edit", user_id=user_id), 303)


def _matches(user: User, searched: str) -> bool:
    """Whether each word is in the name, the address or the role, in any language of the pages."""
    about = fold_word(f"{user.name} {user.email} {translate(ROLE_LABELS[user.role])}")
    return all(word in about for word in fold_word(searched).split())


def _invite(invitee: Invitee, *, by_mail: bool) -> Response | str:
    """Raises EmailTaken, AgentTaken."""
    database, actor, now = get_context().database, current_actor(), get_context().clock()
    if by_mail:
        (user,) = administration.invite_users_by_mail(database, actor, [invitee], at=now)
        return _redirect_after_mail(user)
    (invited,) = administration.invite_users(database, actor, [invitee], at=now)
    return _render_link(invited.user, invited.secret)


def _is_wanted_by_mail() -> bool:
    return get_context().sends_mail and LinkForm().by.data == BY_MAIL


def _redirect_after_mail(user: User) -> Response:
    return _redirect_to_list(
        gettext("An e-mail with a link goes to %(name)s (%(email)s).", name=user.name, email=user.email)
    )


def _render_link(user: User, secret: str) -> str:
    """The one page that ever shows the link: its secret is in no database and in no log."""
    link = get_context().external_url("welcome.accept_invitation", secret=secret)
    return render_template("people/invited.html", user=user, link=link, warning=link_warning(link))


def _render_invite(form: InviteForm, status: int) -> tuple[str, int]:
    page = render_template(
        "people/invite.html",
        form=form,
        roles=explain_roles(),
        sends_mail=get_context().sends_mail,
        warning=link_warning(get_context().url),
    )
    return page, status


def _render_user(user: User, form: UserForm, status: int, **extra_context: object) -> tuple[str, int]:
    page = render_template(
        "people/edit.html",
        user=user,
        form=form,
        roles=explain_roles(),
        pin=phone_pins.get_pin_state(get_context().database, current_actor(), user.id),
        serves_pin=has_permission(user.role, Permission.PUBLISH_MESSAGES),
        sends_mail=get_context().sends_mail,
        mail=mail_queue.latest_mails(get_context().database).get(user.id),
        mail_problems=MAIL_PROBLEM_TEXTS,
        **extra_context,
    )
    return page, status


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
