"""One's own account: language, shortcuts, password, second factor."""

from math import ceil

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response
from wtforms import BooleanField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf

from console.door import address, door, session, viewer
from console.forms import Form, required, stripped
from console.guard import TOKEN, after_password, signed_in
from console.qr import picture
from console.words import LANGUAGES, word
from records import own_account, second_factors
from records.login_tries import TooManyTries
from records.logins import LoginRefused
from records.passwords import LONGEST, SHORTEST, PasswordRefused
from records.second_factors import CodeRefused
from routing.one_time_codes import enrolment

blueprint = Blueprint("own", __name__, url_prefix="/own")
WANTED = "totp"
"""Under this name the cookie holds the secret that is being set up; it is worth nothing before it is confirmed."""


class ChoiceForm(Form):
    language = RadioField(
        choices=[SelectChoice("fr", "Français"), SelectChoice("en", "English")],
        validate_choice=False,
        validators=[AnyOf(LANGUAGES)],
    )
    shortcuts = BooleanField()


class PasswordForm(Form):
    old = PasswordField(validators=[required("old:missing")])
    new = PasswordField(validators=[required("new:missing")])


class CodeForm(Form):
    password = PasswordField(validators=[required("password:missing")])
    code = StringField(filters=[stripped], validators=[required("code:missing")])


@blueprint.get("")
@signed_in
def page() -> str:
    return _page()


@blueprint.post("")
@signed_in
def choose() -> Response | tuple[str, int]:
    form = ChoiceForm()
    if not form.validate():
        return _page(), 422
    own_account.choose(door().base, viewer(), language=form.language.data, shortcuts=form.shortcuts.data)
    flash(word("own-saved", form.language.data))
    return redirect(url_for("own.page"), 303)


@blueprint.post("/password")
@signed_in
def password() -> Response | tuple[str, int]:
    form = PasswordForm()
    if form.validate():
        try:
            own_account.change_password(
                door().base, session(), form.old.data, form.new.data, address=address(), at=door().clock()
            )
        except PasswordRefused as error:
            form.refuse("new", f"new:{error.reason}")
        except LoginRefused:
            form.refuse("old", "old:wrong")
        except TooManyTries as error:
            return _page(form, refusal="too-many", minutes=ceil(error.wait_s / 60)), 429
        else:
            flash(word("password-changed", session().account.language))
            return redirect(url_for("own.page"), 303)
    return _page(form), 422


@blueprint.route("/second-factor", methods=["GET", "POST"])
@after_password
def second_factor() -> Response | str | tuple[str, int]:
    """Sets one up. Whoever has one already must have shown it: a password alone does not replace it."""
    if session().account.has_second_factor and not session().is_open:
        return redirect(url_for("login.second_factor"), 303)
    form, status, said = CodeForm(), 200, {}
    secret = cookie.get(WANTED) or second_factors.new_secret()
    cookie[WANTED] = secret
    if request.method == "POST":
        status = 422
    if form.validate_on_submit():
        try:
            own_account.confirm(door().base, session(), form.password.data, address=address(), at=door().clock())
            token, codes = second_factors.turn_on(door().base, session(), secret, form.code.data, at=door().clock())
        except LoginRefused:
            form.refuse("password", "old:wrong")
        except CodeRefused:
            form.refuse("code", "code:refused")
        except TooManyTries as error:
            status, said = 429, {"refusal": "too-many", "minutes": ceil(error.wait_s / 60)}
        else:
            cookie.pop(WANTED)
            cookie[TOKEN] = token
            return render_template("recovery_codes.html", codes=codes, me=session().account)
    house = word("console", session().account.language)
    uri = enrolment(secret, account=session().account.email, house=house)
    return render_template("second_factor.html", form=form, qr=picture(uri), secret=secret, **said), status


def _page(form: PasswordForm | None = None, **said: object) -> str:
    account = session().account
    choice = ChoiceForm(formdata=None, language=account.language, shortcuts=account.shortcuts)
    form = form or PasswordForm(formdata=None)
    return render_template(
        "own.html", account=account, choice=choice, form=form, shortest=SHORTEST, longest=LONGEST, **said
    )
