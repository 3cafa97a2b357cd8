"""Forms of login, of invitations and of a user's own account, and the texts of their errors."""

from collections.abc import Mapping
from math import ceil

from wtforms import BooleanField, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice

from console.forms import Form, one_of, required, satisfies, strip
from console.user_texts import EMAIL_MISSING, NAME_MISSING, USER_PROBLEMS
from records.requests.notices import RequestMails
from records.users.login_attempts import TooManyLoginAttempts
from routing.access.invitation_file import email_problem, name_problem
from routing.access.pins import PinProblem
from translations.catalogues import LANGUAGES, language_name
from translations.message import Message, translatable

PASSWORD_MISSING = translatable("Enter your password.")
NEW_PASSWORD_MISSING = translatable("Enter the new password.")
CURRENT_PASSWORD_WRONG = translatable("This is not your current password.")
CODE_MISSING = translatable("Enter the code.")
CODE_WRONG = translatable("This is not the code shown now. Wait for the next one and copy it.")

PIN_PROBLEMS: Mapping[PinProblem, Message] = {
    PinProblem.DIGITS: translatable("It must consist of digits only."),
    PinProblem.SHORT: translatable("It is too short: 6 digits at least."),
    PinProblem.LONG: translatable("It is too long: 12 digits at most."),
    PinProblem.EASY: translatable("It is too easy to guess: avoid sequences and repetitions."),
}

REQUEST_MAILS: Mapping[RequestMails, Message] = {
    RequestMails.NOTHING: translatable("Nothing"),
    RequestMails.ASSIGNED: translatable("When somebody hands a request to me"),
    RequestMails.ASSIGNED_AND_DUE: translatable("When somebody hands one to me, or when one is due"),
}


def too_many_attempts(error: TooManyLoginAttempts) -> Message:
    """The sentence that says how long to wait."""
    return translatable(
        "Too many tries. Try again in %(minutes)s min, or ask an administrator for a new link.",
        minutes=ceil(error.wait_s / 60),
    )


def too_many_logins(error: TooManyLoginAttempts) -> Message:
    """The same sentence for somebody who is not logged in; a browser that they have used before is counted apart."""
    return translatable(
        "Too many tries. Try again in %(minutes)s min, or in a browser in which you have logged in before, or ask an"
        " administrator for a new link.",
        minutes=ceil(error.wait_s / 60),
    )


def too_many_requests(error: TooManyLoginAttempts) -> Message:
    """The sentence for too many forgotten passwords from one place."""
    return translatable(
        "Too many requests from this connection. Try again in %(minutes)s min.", minutes=ceil(error.wait_s / 60)
    )


class LoginForm(Form):
    email = StringField(filters=[strip], validators=[required(EMAIL_MISSING)])
    password = PasswordField(validators=[required(PASSWORD_MISSING)])


class ForgottenPasswordForm(Form):
    email = StringField(filters=[strip], validators=[required(EMAIL_MISSING), satisfies(email_problem, USER_PROBLEMS)])


class LoginCodeForm(Form):
    code = StringField(filters=[strip], validators=[required(CODE_MISSING)])


class PreferencesForm(Form):
    language = RadioField(
        choices=[SelectChoice(code, language_name(code)) for code in LANGUAGES],
        validate_choice=False,
        validators=[one_of(LANGUAGES, USER_PROBLEMS["language:invalid"])],
    )
    shortcuts = BooleanField()


class RequestMailsForm(Form):
    chosen = RadioField(
        choices=[SelectChoice(choice.value, label) for choice, label in REQUEST_MAILS.items()],
        validate_choice=False,
        validators=[one_of([*RequestMails], translatable("Choose one of them."))],
    )


class ChangePasswordForm(Form):
    old = PasswordField(validators=[required(translatable("Enter your current password."))])
    new = PasswordField(validators=[required(NEW_PASSWORD_MISSING)])


class SecondFactorSetupForm(Form):
    password = PasswordField(validators=[required(PASSWORD_MISSING)])
    code = StringField(filters=[strip], validators=[required(CODE_MISSING)])


class PinForm(Form):
    password = PasswordField(validators=[required(PASSWORD_MISSING)])
    pin = PasswordField(validators=[required(translatable("Enter the PIN."))])


class InvitationForm(Form):
    new = PasswordField(validators=[required(NEW_PASSWORD_MISSING)])


class FirstAdministratorForm(InvitationForm):
    name = StringField(filters=[strip], validators=[required(NAME_MISSING), satisfies(name_problem, USER_PROBLEMS)])
    email = StringField(filters=[strip], validators=[required(EMAIL_MISSING), satisfies(email_problem, USER_PROBLEMS)])
