"""Logging in and out: a password, then a second factor for a user who has one."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from console.account.forms import LoginCodeForm, LoginForm, too_many_logins
from console.context import client_address, current_session, get_context
from console.forms import Form
from console.guard import after_password, public, sign_in, signed_in
from console.known_browser import read_known_browser
from records.users import login
from records.users.login import LoginRejected
from records.users.login_attempts import TooManyLoginAttempts
from translations.message import Message, translatable

blueprint = Blueprint("login", __name__)
_PASSWORD_REFUSED = translatable("This address or this password is wrong. Check both.")
_CODE_REFUSED = translatable("This code is wrong, or was used already. Wait for the next one and copy it.")


@blueprint.route("/login", methods=["GET", "POST"])
@public
def enter_password() -> Response | tuple[str, int] | str:
    form, refusal = LoginForm(), None
    if form.validate_on_submit():
        try:
            return sign_in(
                login.log_in(
                    get_context().database,
                    form.email.data,
                    form.password.data,
                    address=client_address(),
                    at=get_context().clock(),
                    browser=read_known_browser(),
                )
            )
        except (LoginRejected, TooManyLoginAttempts) as error:
            refusal = error
    return _render("account/login.html", form, refusal, _PASSWORD_REFUSED)


@blueprint.route("/login/second-factor", methods=["GET", "POST"])
@after_password
def enter_code() -> Response | tuple[str, int] | str:
    if current_session().is_fully_authenticated:
        return redirect(url_for("today.show"), 303)
    form, refusal = LoginCodeForm(), None
    if form.validate_on_submit():
        try:
            return sign_in(
                login.verify_second_factor(
                    get_context().database,
                    current_session(),
                    form.code.data,
                    address=client_address(),
                    at=get_context().clock(),
                    browser=read_known_browser(),
                )
            )
        except (LoginRejected, TooManyLoginAttempts) as error:
            refusal = error
    return _render("account/login_code.html", form, refusal, _CODE_REFUSED)


@blueprint.route("/login/confirm", methods=["GET", "POST"])
@signed_in
def confirm_identity() -> Response | tuple[str, int] | str:
    """The second factor once more, before something that could do harm (`needs` of console/guard.py)."""
    session = current_session()
    if not session.user.has_second_factor:
        return redirect(url_for("account.set_up_second_factor"), 303)
    form, refusal = LoginCodeForm(), None
    if form.validate_on_submit():
        try:
            return sign_in(
                login.verify_second_factor(
                    get_context().database,
                    session,
                    form.code.data,
                    address=client_address(),
                    at=get_context().clock(),
                    browser=read_known_browser(),
                )
            )
        except (LoginRejected, TooManyLoginAttempts) as error:
            refusal = error
    return _render("account/confirm_identity.html", form, refusal, _CODE_REFUSED)


@blueprint.post("/logout")
@after_password
def log_out() -> Response:
    login.log_out(get_context().database, current_session(), at=get_context().clock())
    cookie.clear()
    return redirect(url_for("login.enter_password"), 303)


def _render(
    template: str, form: Form, refusal: LoginRejected | TooManyLoginAttempts | None, rejection_text: Message
) -> tuple[str, int] | str:
    """`rejection_text` is shown for a LoginRejected."""
    if isinstance(refusal, TooManyLoginAttempts):
        return render_template(template, form=form, refusal=too_many_logins(refusal)), 429
    if refusal:
        return render_template(template, form=form, refusal=rejection_text), 403
    return render_template(template, form=form), 422 if request.method == "POST" else 200
