"""The link that opens once: who was invited chooses a password; at the very beginning the first administrator comes."""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField

from console.door import door
from console.forms import Form, fit, required, stripped
from console.guard import anybody, sign_in
from console.language import language
from records import invitations
from records.invitations import Invitation
from records.newcomers import EmailTaken, Newcomer
from records.passwords import SHORTEST, PasswordRefused
from routing.people_file import email_problem, name_problem
from routing.permissions import Role

blueprint = Blueprint("welcome", __name__)


class PasswordForm(Form):
    new = PasswordField(validators=[required("new:missing")])


class FirstForm(PasswordForm):
    name = StringField(filters=[stripped], validators=[required("name:missing"), fit(name_problem)])
    email = StringField(filters=[stripped], validators=[required("email:missing"), fit(email_problem)])


@blueprint.route("/welcome/<secret>", methods=["GET", "POST"])
@anybody
def choose(secret: str) -> Response | str | tuple[str, int]:
    invitation = invitations.opened(door().base, secret, at=door().clock())
    form = PasswordForm() if invitation.account else FirstForm()
    if not form.validate_on_submit():
        return _page(form, invitation), 422 if form.is_submitted() else 200
    try:
        return sign_in(_accepted(secret, form))
    except PasswordRefused as error:
        form.refuse("new", f"new:{error.reason}")
    except EmailTaken:
        form.refuse("email", "email:taken")
    return _page(form, invitation), 422


def _accepted(secret: str, form: PasswordForm) -> str:
    now = door().clock()
    if not isinstance(form, FirstForm):
        return invitations.accept(door().base, secret, form.new.data, at=now)
    newcomer = Newcomer(form.name.data, form.email.data, Role.ADMINISTRATOR, language())
    return invitations.accept_first(door().base, secret, newcomer, form.new.data, at=now)


def _page(form: PasswordForm, invitation: Invitation) -> str:
    return render_template("welcome.html", form=form, account=invitation.account, shortest=SHORTEST)
