"""The form for what an overflow centre says became of its calls."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice

from console.forms import Form, one_of, strip
from routing.centres.people import CENTRE_ROLES, PROBLEMS, CentreRole
from translations.catalogues import LANGUAGES, language_name
from web.language import translate


class OutcomesForm(Form):
    """The file; the page has a FileForm for the invoice too, so this field has another name."""

    outcomes = FileField()


class PersonForm(Form):
    """Somebody of a centre who is to have an account."""

    name = StringField(filters=[strip])
    email = StringField(filters=[strip])
    role = SelectField(
        default=CentreRole.AGENT.value,
        validate_choice=False,
        validators=[one_of([*CentreRole], PROBLEMS["role:invalid"])],
    )
    language = SelectField(
        choices=[SelectChoice(code, language_name(code)) for code in LANGUAGES],
        default=LANGUAGES[0],
        validate_choice=False,
        validators=[one_of(LANGUAGES, PROBLEMS["language:invalid"])],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [SelectChoice(role.value, translate(label)) for role, label in CENTRE_ROLES.items()]


class PeopleForm(Form):
    """A table of people of a centre."""

    people = FileField()
