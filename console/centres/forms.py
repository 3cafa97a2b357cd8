"""The form for what an overflow centre says became of its calls."""

from flask_wtf.file import FileField
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice

from console.forms import Form, one_of, strip
from routing.centres.people import CENTRE_ROLES, PROBLEMS, CentreRole
from translations.catalogues import LANGUAGES, language_name


class OutcomesForm(Form):
    """The file; the page has a FileForm for the invoice too, so this field has another name."""

    outcomes = FileField()


class PersonForm(Form):
    """Somebody of a centre who is to have an account."""

    name = StringField(filters=[strip])
    email = StringField(filters=[strip])
    role = SelectField(
        choices=[SelectChoice(role.value, label) for role, label in CENTRE_ROLES.items()],
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


class PeopleForm(Form):
    """A table of people of a centre."""

    people = FileField()
