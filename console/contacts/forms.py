"""The form of a card."""

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from console.forms import Form, clean_text, satisfies, strip
from records.contacts.card_changes import CardFields
from routing.email_addresses import is_email_address
from translations.catalogues import LANGUAGES, language_name
from translations.message import translatable

MAX_NAME = 120
MAX_EMAILS = 10
_TOO_LONG = translatable("Write %(count)s characters at most, on one line.", count=MAX_NAME)
_TOO_MANY = translatable("Write %(count)s addresses at most, one on each line.", count=MAX_EMAILS)
UNKNOWN = ""
_BASE = "base_"


def _line_problem(text: str) -> str:
    return "long" if len(text) > MAX_NAME or "\n" in text else ""


def _check_emails(_form: Form, field: TextAreaField) -> None:
    addresses = (field.data or "").split()
    if wrong := [address for address in addresses if not is_email_address(address)]:
        raise ValidationError(
            translatable("“%(typed)s” is not an e-mail address; write it as name@example.org.", typed=wrong[0][:80])
        )
    if len(addresses) > MAX_EMAILS:
        raise ValidationError(_TOO_MANY)


class CardForm(Form):
    """What staff write on a card; the hidden fields are what the card said when the form was opened."""

    name = StringField(filters=[clean_text], validators=[satisfies(_line_problem, {"long": _TOO_LONG})])
    organisation = StringField(filters=[clean_text], validators=[satisfies(_line_problem, {"long": _TOO_LONG})])
    emails = TextAreaField(filters=[clean_text], validators=[_check_emails])
    language = RadioField(
        choices=[
            SelectChoice(UNKNOWN, translatable("Not known")),
            *(SelectChoice(code, language_name(code)) for code in LANGUAGES),
        ],
        default=UNKNOWN,
        filters=[strip],
        validate_choice=False,
    )
    street = StringField(filters=[clean_text], validators=[satisfies(_line_problem, {"long": _TOO_LONG})])
    postcode = StringField(filters=[clean_text], validators=[satisfies(_line_problem, {"long": _TOO_LONG})])
    city = StringField(filters=[clean_text], validators=[satisfies(_line_problem, {"long": _TOO_LONG})])
    base_name = HiddenField()
    base_organisation = HiddenField()
    base_emails = HiddenField()
    base_language = HiddenField()
    base_street = HiddenField()
    base_postcode = HiddenField()
    base_city = HiddenField()

    @classmethod
    def showing(cls, fields: CardFields, base: CardFields, **options: object) -> "CardForm":
        """The form with these values, for an editor who has seen `base`."""
        values = {name: _as_text(getattr(fields, name)) for name in CardFields.__slots__}
        seen = {f"{_BASE}{name}": _as_text(getattr(base, name)) for name in CardFields.__slots__}
        return cls(**values, **seen, **options)

    def wanted(self) -> CardFields:
        return self._read("")

    def base(self) -> CardFields:
        return self._read(_BASE)

    def _read(self, prefix: str) -> CardFields:
        typed = {field: (self[f"{prefix}{field}"].data or "").strip() for field in CardFields.__slots__}
        language, emails = typed.pop("language"), typed.pop("emails")
        known = language if language in LANGUAGES else UNKNOWN
        return CardFields(language=known, emails=tuple(dict.fromkeys(emails.split())), **typed)


def _as_text(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else "\n".join(value)
