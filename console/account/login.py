"""Logging in and out: a password, then a second factor for a user who has one."""

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from console.account.forms import LoginCodeForm, LoginForm, too_many_logins
from console.context import current_session, get_context
from console.forms import Form
from console.guard import after_password, public, sign_in, signed_in
from console.known_browser import read_known_browser
from records.users import login
from translations.message import Message
from web.access import client_address
from web.login import CODE_REFUSED, PASSWORD_REFUSED, answer_login

blueprint = Blueprint("login", __name__)


@blueprint.route("/login", methods=["GET", "POST"])
@public
def enter_password() -> Response | tuple[str, int]:
    form = LoginForm()
    return _log_in(
        "account/login.html",
        form,
        PASSWORD_REFUSED,
        lambda **where: login.log_in(get_context().database, form.email.data, form.password.data, **where),
    )


@blueprint.route("/login/second-factor", methods=["GET", "POST"])
@after_password
def enter_code() -> Response | tuple[str, int]:
    if current_session().is_fully_authenticated:
        return redirect(url_for("today.show"), 303)
    return _verify_code("account/login_code.html")


@blueprint.route("/login/confirm", methods=["GET", "POST"])
@signed_in
def confirm_identity() -> Response | tuple[str, int]:
    """The second factor once more, before something that could do harm (`needs` of console/guard.py)."""
    if not current_session().user.has_second_factor:
        return redirect(url_for("account.set_up_second_factor"), 303)
    return _verify_code("account/confirm_identity.html")


@blueprint.post("/logout")
@after_password
def log_out() -> Response:
    login.log_out(get_context().database, current_session(), at=get_context().clock())
    cookie.clear()
    return redirect(url_for("login.enter_password"), 303)


def _verify_code(template: str) -> Response | tuple[str, int]:
    form = LoginCodeForm()
    return _log_in(
        template,
        form,
        CODE_REFUSED,
        lambda **where: login.verify_second_factor(get_context().database, current_session(), form.code.data, **where),
    )


def _log_in(
    template: str, form: Form, rejection_text: Message, verify: Callable[..., str]
) -> Response | tuple[str, int]:
    """The next page once `verify` accepts what was typed, else the form, with `rejection_text` for a LoginRejected.

    `verify` gets the address, the time and the browser that is known already, by name.
    """
    if not form.validate_on_submit():
        return render_template(template, form=form), 422 if request.method == "POST" else 200
    return answer_login(
        lambda: sign_in(verify(address=client_address(), at=get_context().clock(), browser=read_known_browser())),
        lambda refusal: render_template(template, form=form, refusal=refusal),
        rejection_text,
        too_many_logins,
    )
