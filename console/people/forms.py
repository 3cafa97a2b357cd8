"""Forms of the users of the console."""

from collections.abc import Iterable

from flask_wtf.file import FileField
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from console.forms import Form, one_of, required, satisfies, strip
from console.user_texts import EMAIL_MISSING, NAME_MISSING, USER_PROBLEMS
from routing.access.invitation_file import email_problem, name_problem
from routing.access.permissions import Role
from translations.catalogues import LANGUAGES, language_name


class UserForm(Form):
    """`agent` is the id of the agent that the user is on the telephone, or ""."""

    name = StringField(filters=[strip], validators=[required(NAME_MISSING), satisfies(name_problem, USER_PROBLEMS)])
    role = SelectField(
        choices=[SelectChoice(role.value) for role in Role],
        validate_choice=False,
        validators=[one_of([*Role], USER_PROBLEMS["role:invalid"])],
    )
    agent = SelectField(validate_choice=False)

    def set_choices(self, roles: Iterable[tuple[str, str]], agents: Iterable[tuple[str, str]]) -> None:
        """The options of the two lists, each with its value and its label."""
        self.role.choices = [SelectChoice(value, label) for value, label in roles]
        self.agent.choices = [SelectChoice(value, label) for value, label in agents]


class InviteForm(UserForm):
    email = StringField(filters=[strip], validators=[required(EMAIL_MISSING), satisfies(email_problem, USER_PROBLEMS)])
    language = RadioField(
        choices=[SelectChoice(code, language_name(code)) for code in LANGUAGES],
        default=LANGUAGES[0],
        validate_choice=False,
        validators=[one_of(LANGUAGES, USER_PROBLEMS["language:invalid"])],
    )


class ImportForm(Form):
    """`text` is the content of the file once its report is confirmed."""

    file = FileField()
    text = TextAreaField()
