"""Logging in and out: a password, then a second factor where there is one."""

from math import ceil

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField

from console.door import address, door, session
from console.forms import Form, required, stripped
from console.guard import after_password, anybody, sign_in
from records import logins
from records.login_tries import TooManyTries
from records.logins import LoginRefused

blueprint = Blueprint("login", __name__)


class PasswordForm(Form):
    email = StringField(filters=[stripped], validators=[required("email:missing")])
    password = PasswordField(validators=[required("password:missing")])


class CodeForm(Form):
    code = StringField(filters=[stripped], validators=[required("code:missing")])


@blueprint.route("/login", methods=["GET", "POST"])
@anybody
def password() -> Response | tuple[str, int] | str:
    form, refusal = PasswordForm(), None
    if form.validate_on_submit():
        try:
            return sign_in(
                logins.log_in(door().base, form.email.data, form.password.data, address=address(), at=door().clock())
            )
        except (LoginRefused, TooManyTries) as error:
            refusal = error
    return _shown("login.html", form, refusal, "login-refused")


@blueprint.route("/login/second-factor", methods=["GET", "POST"])
@after_password
def second_factor() -> Response | tuple[str, int] | str:
    if session().is_open:
        return redirect(url_for("home"), 303)
    form, refusal = CodeForm(), None
    if form.validate_on_submit():
        try:
            return sign_in(
                logins.show_second_factor(door().base, session(), form.code.data, address=address(), at=door().clock())
            )
        except (LoginRefused, TooManyTries) as error:
            refusal = error
    return _shown("login_code.html", form, refusal, "code-refused")


@blueprint.post("/logout")
@after_password
def leave() -> Response:
    logins.log_out(door().base, session(), at=door().clock())
    cookie.clear()
    return redirect(url_for("login.password"), 303)


def _shown(
    template: str, form: Form, refusal: LoginRefused | TooManyTries | None, refused: str
) -> tuple[str, int] | str:
    """`refused`: the word for what does not open."""
    if isinstance(refusal, TooManyTries):
        minutes = ceil(refusal.wait_s / 60)
        return render_template(template, form=form, refusal="too-many", minutes=minutes), 429
    if refusal:
        return render_template(template, form=form, refusal=refused), 403
    return render_template(template, form=form), 422 if request.method == "POST" else 200
