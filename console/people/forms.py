"""Forms of the users of the console."""

from collections.abc import Iterable

from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from console.forms import Form, one_of, required, satisfies, strip
from console.user_texts import INVITEE_EMAIL_MISSING, NAME_MISSING, USER_PROBLEMS
from records.users.users import User
from routing.access.invitation_file import email_problem, name_problem
from routing.access.permissions import Role
from translations.catalogues import LANGUAGES, language_name
from translations.message import translatable


class UserForm(Form):
    """`agent` is the id of the agent that the user is on the telephone, or "".

    `seen` is what the user was when the page was shown, so that a change by somebody else is noticed.
    """

    seen = HiddenField()
    name = StringField(filters=[strip], validators=[required(NAME_MISSING), satisfies(name_problem, USER_PROBLEMS)])
    role = RadioField(
        choices=[SelectChoice(role.value) for role in Role],
        validate_choice=False,
        validators=[one_of([*Role], USER_PROBLEMS["role:invalid"])],
    )
    agent = SelectField(validate_choice=False)

    def set_choices(self, roles: Iterable[tuple[str, str]], agents: Iterable[tuple[str, str]]) -> None:
        """The options of the two lists, each with its value and its label."""
        self.role.choices = [SelectChoice(value, label) for value, label in roles]
        self.agent.choices = [SelectChoice(value, label) for value, label in agents]


def fingerprint(user: User) -> str:
    """What a user is, for the field `seen`."""
    return "|".join((user.name, user.role, str(user.agent_id or "")))


BY_MAIL, BY_LINK = "mail", "link"


class InviteForm(UserForm):
    """`by`: whether the link is sent, or shown to be handed over; without a mail server it is always shown."""

    email = StringField(
        filters=[strip], validators=[required(INVITEE_EMAIL_MISSING), satisfies(email_problem, USER_PROBLEMS)]
    )
    language = RadioField(
        choices=[SelectChoice(code, language_name(code)) for code in LANGUAGES],
        default=LANGUAGES[0],
        validate_choice=False,
        validators=[one_of(LANGUAGES, USER_PROBLEMS["language:invalid"])],
    )
    by = RadioField(
        choices=[
            SelectChoice(BY_MAIL, translatable("Send the invitation by e-mail")),
            SelectChoice(BY_LINK, translatable("Show me a link to hand over")),
        ],
        default=BY_MAIL,
        validate_choice=False,
    )


class LinkForm(Form):
    """How a new link reaches its user."""

    by = StringField(default=BY_LINK)


class ImportForm(Form):
    """`text` is the content of the file once its report is confirmed."""

    file = FileField()
    text = TextAreaField()
