"""Logging in and out, the link with which somebody begins, their second factor, their language and colours."""

from collections.abc import Callable
from math import ceil

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from centre.context import current_account, current_session, get_context
from centre.guard import BROWSER, TOKEN, after_password, is_complete, public, sign_in, sign_out, signed_in
from records.centres import account_sessions
from records.users.login_attempts import TooManyLoginAttempts
from records.users.passwords import MIN_LENGTH, PasswordRejected
from records.users.second_factors import CodeRejected, derive_totp_secret
from routing.access.qr import qr_code_data_uri
from routing.access.totp import provisioning_uri
from translations.catalogues import LANGUAGES
from translations.message import Message, translatable, translatable_plural
from translations.web import gettext
from web.access import client_address
from web.login import CODE_REFUSED, PASSWORD_PROBLEMS, PASSWORD_REFUSED, answer_login
from web.themes import keep_theme

blueprint = Blueprint("account", __name__)


@blueprint.get("/login")
@public
def enter_password() -> str:
    return render_template("login.html")


@blueprint.post("/login")
@public
def log_in() -> Response | tuple[str, int]:
    email, password = request.form.get("email", ""), request.form.get("password", "")
    if not email.strip() or not password:
        return render_template("login.html", email=email, refusal=translatable("Enter your address and password.")), 422
    database, at, browser = get_context().database, get_context().clock(), cookie.get(BROWSER)
    return _try(
        lambda: account_sessions.log_in(database, email, password, address=client_address(), at=at, browser=browser),
        lambda refusal: render_template("login.html", email=email, refusal=refusal),
        PASSWORD_REFUSED,
    )


@blueprint.get("/login/code")
@after_password
def enter_code() -> Response | str:
    if is_complete(current_session()) or not current_account().has_second_factor:
        return redirect(url_for("cards.enter_code"), 303)
    return render_template("login_code.html")


@blueprint.post("/login/code")
@after_password
def verify_code() -> Response | tuple[str, int]:
    database, at, typed = get_context().database, get_context().clock(), request.form.get("code", "")
    return _try(
        lambda: account_sessions.verify_second_factor(database, current_session(), typed, at=at),
        lambda refusal: render_template("login_code.html", refusal=refusal),
        CODE_REFUSED,
    )


@blueprint.route("/login/second-factor", methods=["GET", "POST"])
@after_password
def set_up_second_factor() -> Response | str | tuple[str, int]:
    """Turns a second factor on for somebody who has none; the organisation's new link takes it away."""
    if current_account().has_second_factor:
        return redirect(url_for("account.enter_code"), 303)
    secret = derive_totp_secret(get_context().secret_key, cookie[TOKEN])
    uri = provisioning_uri(secret, user_name=current_account().email, issuer=gettext("Calls of the centre"))

    def render(refusal: Message | None = None) -> str:
        return render_template("second_factor.html", qr=qr_code_data_uri(uri), secret=secret, refusal=refusal)

    if request.method == "GET":
        return render()
    try:
        typed = request.form.get("code", "")
        return sign_in(
            account_sessions.enable_second_factor(
                get_context().database, current_session(), secret, typed, at=get_context().clock()
            )
        )
    except CodeRejected:
        return render(translatable("This is not the code shown now. Wait for the next one and copy it.")), 422


@blueprint.post("/logout")
@after_password
def log_out() -> Response:
    account_sessions.log_out(get_context().database, current_session(), at=get_context().clock())
    return sign_out()


@blueprint.route("/welcome/<secret>", methods=["GET", "POST"])
@public
def accept_link(secret: str) -> Response | str | tuple[str, int]:
    """Opening the page changes nothing, because mail scanners open links too; the form uses the link up."""
    context = get_context()
    account = account_sessions.find_link(context.database, secret, at=context.clock())

    def render(refusal: Message | None = None) -> str:
        return render_template("welcome.html", account=account, shortest=MIN_LENGTH, refusal=refusal)

    if request.method == "GET":
        return render()
    try:
        password = request.form.get("password", "")
        return sign_in(account_sessions.accept_link(context.database, secret, password, at=context.clock()))
    except PasswordRejected as error:
        return render(PASSWORD_PROBLEMS[error.reason]), 422


@blueprint.post("/display")
@signed_in
def change_display() -> Response:
    """Sets what the form names of `theme` and `language`, then shows the first page."""
    answer = redirect(url_for("cards.enter_code"), 303)
    keep_theme(answer)
    if (language := request.form.get("language")) in LANGUAGES:
        account_sessions.choose_language(get_context().database, current_account(), language)
    return answer


def describe_lock(error: TooManyLoginAttempts) -> Message:
    """For how long nothing more is tried."""
    return translatable_plural(
        "Too many wrong tries. Try again in %(count)s minute.",
        "Too many wrong tries. Try again in %(count)s minutes.",
        ceil(error.wait_s / 60),
    )


def _try(verify: Callable[[], str], render: Callable[[Message], str], rejected: Message) -> Response | tuple[str, int]:
    """The next page once `verify` accepts what was typed, else the form with what was wrong."""
    return answer_login(lambda: sign_in(verify()), render, rejected, describe_lock)
