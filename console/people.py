"""People of the console: who there is, who is invited, changed, shut out, or begins anew."""

from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf

from console.door import door, session, viewer
from console.forms import Form, fit, required, stripped
from console.guard import needs
from console.words import LANGUAGES, word
from records import account_changes, accounts, people, phone_pins
from records.account_changes import Invited, LastAdministrator
from records.accounts import Account
from records.newcomers import EmailTaken, Newcomer, PersonTaken
from routing.people_file import email_problem, name_problem
from routing.permissions import Right, Role

F = TypeVar("F", bound="PersonForm")

blueprint = Blueprint("people", __name__, url_prefix="/people")
NOBODY = ""


class PersonForm(Form):
    """`person`: who this is at the telephone."""

    name = StringField(filters=[stripped], validators=[required("name:missing"), fit(name_problem)])
    role = SelectField(
        choices=[SelectChoice(role.value) for role in Role],
        validate_choice=False,
        validators=[AnyOf(list(Role), message="role:invalid")],
    )
    person = SelectField(validate_choice=False)


class InviteForm(PersonForm):
    email = StringField(filters=[stripped], validators=[required("email:missing"), fit(email_problem)])
    language = RadioField(
        choices=[SelectChoice("fr", "Français"), SelectChoice("en", "English")],
        default="fr",
        validate_choice=False,
        validators=[AnyOf(LANGUAGES, message="language:invalid")],
    )


@blueprint.get("")
@needs(Right.MANAGE_PEOPLE)
def everybody() -> str:
    return render_template("people.html", accounts=accounts.all(door().base, viewer()))


@blueprint.route("/invite", methods=["GET", "POST"])
@needs(Right.MANAGE_PEOPLE)
def invite() -> str | tuple[str, int]:
    form = _with_choices(InviteForm(role=Role.STAFF))
    if not form.validate_on_submit():
        return render_template("invite.html", form=form), 422 if form.is_submitted() else 200
    newcomer = Newcomer(
        form.name.data, form.email.data, Role(form.role.data), form.language.data, _person_id(form.person.data)
    )
    try:
        (invited,) = account_changes.invite(door().base, viewer(), [newcomer], at=door().clock())
    except EmailTaken:
        form.refuse("email", "email:taken")
    except PersonTaken:
        form.refuse("person", "person:taken")
    else:
        return _link(invited)
    return render_template("invite.html", form=form), 422


@blueprint.route("/<int:account_id>", methods=["GET", "POST"])
@needs(Right.MANAGE_PEOPLE)
def one(account_id: int) -> Response | str | tuple[str, int]:
    account = accounts.find(door().base, viewer(), account_id)
    shown = PersonForm(name=account.name, role=account.role, person=str(account.person_id or NOBODY))
    form = _with_choices(shown)
    if not form.validate_on_submit():
        return _one(account, form, 422 if form.is_submitted() else 200)
    try:
        account_changes.change(
            door().base,
            viewer(),
            account_id,
            name=form.name.data,
            role=Role(form.role.data),
            person_id=_person_id(form.person.data),
            at=door().clock(),
        )
    except LastAdministrator:
        form.refuse("role", "role:last")
    except PersonTaken:
        form.refuse("person", "person:taken")
    else:
        return _done("person-saved", account)
    return _one(account, form, 422)


@blueprint.post("/<int:account_id>/deactivate")
@needs(Right.MANAGE_PEOPLE)
def deactivate(account_id: int) -> Response | str | tuple[str, int]:
    account = accounts.find(door().base, viewer(), account_id)
    try:
        account_changes.deactivate(door().base, viewer(), account_id, at=door().clock())
    except LastAdministrator:
        form = _with_choices(PersonForm(formdata=None, name=account.name, role=account.role))
        return _one(account, form, 422, refusal="role:last")
    return _done("person-deactivated", account)


@blueprint.post("/<int:account_id>/reset")
@needs(Right.MANAGE_PEOPLE)
def reset(account_id: int) -> str:
    return _link(account_changes.reset(door().base, viewer(), account_id, at=door().clock()))


def _link(invited: Invited) -> str:
    """The one page that ever shows the link: its secret is in no base and in no log."""
    link = door().link("welcome.choose", secret=invited.secret)
    return render_template("invited.html", account=invited.account, link=link)


def _one(account: Account, form: PersonForm, status: int, **said: object) -> tuple[str, int]:
    pin = phone_pins.state(door().base, viewer(), account.id)
    return render_template("person.html", account=account, form=form, pin=pin, **said), status


def _done(key: str, account: Account) -> Response:
    flash(word(key, session().account.language, name=account.name))
    return redirect(url_for("people.everybody"), 303)


def _with_choices(form: F) -> F:
    language = session().account.language
    form.role.choices = [SelectChoice(role.value, word(f"role-{role}", language)) for role in Role]
    phones = [SelectChoice(str(person.id), f"{person.name} ({person.phone})") for person in people.staff(door().base)]
    form.person.choices = [SelectChoice(NOBODY, word("person-nobody", language)), *phones]
    return form


def _person_id(typed: str) -> int | None:
    return int(typed) if typed.isdecimal() else None
