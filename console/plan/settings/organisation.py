"""Who the organisation is, and what visitors read about their data; the staff line."""

from console.plan.forms import Entries
from console.plan.settings.fields import FieldGroup, LineField, SpokenField, TelephoneField
from console.plan.settings.form import SettingsForm
from routing.access.pins import MAX_WRONG_PINS
from routing.languages import LANGUAGES
from routing.plan.model import Plan
from translations.message import Message, translatable


def organisation_form(plan: Plan) -> SettingsForm:
    """Name, whom people write to about their data, and a sentence above the public form."""
    who = FieldGroup(
        translatable("On the callback form of your websites"),
        (
            SpokenField(
                path="organisation.name",
                label=translatable("Name of the organisation"),
                hint=translatable("Visitors read it above the form, and in the title of the page."),
            ),
            SpokenField(
                path="organisation.callback_text",
                label=translatable("A sentence of your own above the form"),
                hint=translatable("For instance what you can be asked. Leave it empty to have none."),
            ),
        ),
    )
    privacy = FieldGroup(
        translatable("Whom people write to about their data"),
        (
            LineField(
                "organisation.privacy_contact",
                translatable("Person or office"),
                translatable("For instance your data protection officer."),
            ),
            LineField("organisation.privacy_email", translatable("E-mail address"), input_type="email"),
            LineField(
                "organisation.privacy_address",
                translatable("Postal address"),
                translatable("On one line, for people who write a letter."),
            ),
            LineField(
                "organisation.privacy_page",
                translatable("Page of your website on personal data"),
                translatable("Its whole address, such as https://www.example.org/privacy."),
                input_type="url",
            ),
        ),
        translatable("Visitors read it where they leave their number. The law requires at least one of the addresses."),
        _note_on_contact,
    )
    return SettingsForm(
        translatable("Organisation and personal data"),
        translatable("Who you are for visitors of your websites, and whom they write to about their data."),
        (who, privacy),
        plan,
        adapt=_name_below_its_key,
    )


def staff_line_form(plan: Plan) -> SettingsForm:
    """The number at which staff record messages."""
    line = TelephoneField(
        "staff_line",
        translatable("Number of the staff line"),
        translatable(
            "One of your operator's numbers that callers do not use. Whoever calls it is asked for their PIN, then"
            " records the message of the day. Leave it empty to have none; telephones of the team dial *24."
        ),
    )
    return SettingsForm(
        translatable("Recording by telephone"),
        translatable("A number of its own at which staff record the message of the day, from anywhere."),
        (
            FieldGroup(
                translatable("Staff line"),
                (line,),
                translatable(
                    "Each person chooses their PIN under “My account”. After %(count)s wrong PINs it is locked.",
                    count=MAX_WRONG_PINS,
                ),
            ),
        ),
        plan,
    )


def _note_on_contact(plan: Plan) -> Message | None:
    if plan.organisation.can_be_written_to:
        return None
    return translatable("At the moment visitors do not learn whom to write to about their data.")


def _name_below_its_key(entries: Entries) -> Entries:
    """Plans of version 0.2 hold the name by language, without the key `name`."""
    organisation = entries.get("organisation")
    if isinstance(organisation, dict) and organisation and set(organisation) <= set(LANGUAGES):
        return {**entries, "organisation": {"name": organisation}}
    return entries
