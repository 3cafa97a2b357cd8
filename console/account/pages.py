"""A user's own account: language, keyboard shortcuts, password, second factor."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from console.account.forms import (
    CODE_WRONG,
    CURRENT_PASSWORD_WRONG,
    ChangePasswordForm,
    PreferencesForm,
    RequestMailsForm,
    SecondFactorSetupForm,
    too_many_attempts,
)
from console.context import current_actor, current_session, get_context
from console.guard import after_password, needs, signed_in
from console.returning import after_saving
from records.requests.notices import RequestMails
from records.users import profile, second_factors
from records.users.login import LoginRejected
from records.users.login_attempts import TooManyLoginAttempts
from records.users.passwords import MAX_LENGTH, MIN_LENGTH, PasswordRejected
from records.users.second_factors import CodeRejected
from records.users.session_cookie import SECRET_KEY
from routing.access.permissions import Permission
from routing.access.qr import qr_code_data_uri
from routing.access.totp import provisioning_uri
from translations.message import translatable
from translations.web import gettext
from web.login import PASSWORD_PROBLEMS

blueprint = Blueprint("account", __name__, template_folder="templates", url_prefix="/own")


@blueprint.get("")
@signed_in
def show() -> str:
    return _render()


@blueprint.post("")
@signed_in
def save_preferences() -> Response | tuple[str, int]:
    form = PreferencesForm()
    if not form.validate():
        return _render(), 422
    profile.set_preferences(
        get_context().database, current_actor(), language=form.language.data, shortcuts=form.shortcuts.data
    )
    flash(translatable("Saved.").in_language(form.language.data))
    return redirect(url_for("account.show"), 303)


@blueprint.post("/mails")
@needs(Permission.SEE_REQUESTS)
def choose_mails() -> Response | tuple[str, int]:
    """Which mails about requests the user gets."""
    form = RequestMailsForm()
    if not form.validate():
        return _render(mails=form), 422
    profile.choose_request_mails(get_context().database, current_actor(), RequestMails(form.chosen.data))
    flash(gettext("Saved."))
    return redirect(url_for("account.show"), 303)


@blueprint.post("/password")
@signed_in
def change_password() -> Response | tuple[str, int]:
    form = ChangePasswordForm()
    if form.validate():
        try:
            profile.change_password(
                get_context().database,
                current_session(),
                form.old.data,
                form.new.data,
                at=get_context().clock(),
            )
        except PasswordRejected as error:
            form.add_error("new", PASSWORD_PROBLEMS[error.reason])
        except LoginRejected:
            form.add_error("old", CURRENT_PASSWORD_WRONG)
        except TooManyLoginAttempts as error:
            return _render(form, refusal=too_many_attempts(error)), 429
        else:
            flash(gettext("Your password is changed. Your other sessions have ended."))
            return redirect(url_for("account.show"), 303)
    return _render(form), 422


@blueprint.route("/second-factor", methods=["GET", "POST"])
@after_password
def set_up_second_factor() -> Response | str | tuple[str, int]:
    """Enables a second factor. A user who has one must have shown it: a password alone does not replace it."""
    if current_session().user.has_second_factor and not current_session().is_fully_authenticated:
        return redirect(url_for("login.enter_code"), 303)
    form, status, refusal = SecondFactorSetupForm(), 200, None
    secret = second_factors.derive_totp_secret(get_context().secret_key, cookie[SECRET_KEY])
    if request.method == "POST":
        status = 422
    if form.validate_on_submit():
        try:
            profile.confirm_password(
                get_context().database,
                current_session(),
                form.password.data,
                at=get_context().clock(),
            )
            token, codes = second_factors.enable_second_factor(
                get_context().database, current_session(), secret, form.code.data, at=get_context().clock()
            )
        except LoginRejected:
            form.add_error("password", CURRENT_PASSWORD_WRONG)
        except CodeRejected:
            form.add_error("code", CODE_WRONG)
        except TooManyLoginAttempts as error:
            status, refusal = 429, too_many_attempts(error)
        else:
            cookie[SECRET_KEY] = token
            return render_template(
                "account/recovery_codes.html",
                codes=codes,
                me=current_session().user,
                onward=after_saving(url_for("today.show")),
            )
    uri = provisioning_uri(secret, user_name=current_session().user.email, issuer=gettext("Reception"))
    qr = qr_code_data_uri(uri)
    page = render_template("account/second_factor_setup.html", form=form, qr=qr, secret=secret, refusal=refusal)
    return page, status


def _render(
    form: ChangePasswordForm | None = None, mails: RequestMailsForm | None = None, **extra_context: object
) -> str:
    user = current_session().user
    return render_template(
        "account/show.html",
        user=user,
        preferences=PreferencesForm(formdata=None, language=user.language, shortcuts=user.shortcuts),
        mails=mails or RequestMailsForm(formdata=None, chosen=user.request_mails.value),
        sends_mail=get_context().sends_mail,
        sees_requests=user.actor.may(Permission.SEE_REQUESTS),
        form=form or ChangePasswordForm(formdata=None),
        shortest=MIN_LENGTH,
        longest=MAX_LENGTH,
        serves_pin=user.actor.may(Permission.PUBLISH_MESSAGES),
        **extra_context,
    )
