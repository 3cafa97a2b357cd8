"""Where the reception is: its clock, and the country whose national numbers are written without a prefix."""

from collections.abc import Mapping

from console.plan.settings.fields import ChoiceField, FieldGroup
from console.plan.settings.form import SettingsForm
from routing.plan.model import Plan
from translations.message import Message, translatable

COUNTRIES: Mapping[str, Message] = {
    "FR": translatable("France"),
    "GP": translatable("Guadeloupe"),
    "MQ": translatable("Martinique"),
    "GF": translatable("French Guiana"),
    "RE": translatable("Réunion"),
    "YT": translatable("Mayotte"),
    "PM": translatable("Saint Pierre and Miquelon"),
    "BL": translatable("Saint Barthélemy"),
    "MF": translatable("Saint Martin"),
    "NC": translatable("New Caledonia"),
    "PF": translatable("French Polynesia"),
    "BE": translatable("Belgium"),
    "CH": translatable("Switzerland"),
    "LU": translatable("Luxembourg"),
    "MC": translatable("Monaco"),
}

TIMEZONES: Mapping[str, Message] = {
    "Europe/Paris": translatable("Paris"),
    "America/Guadeloupe": translatable("Guadeloupe"),
    "America/Martinique": translatable("Martinique"),
    "America/Cayenne": translatable("French Guiana"),
    "Indian/Reunion": translatable("Réunion"),
    "Indian/Mayotte": translatable("Mayotte"),
    "America/Miquelon": translatable("Saint Pierre and Miquelon"),
    "Pacific/Noumea": translatable("New Caledonia"),
    "Pacific/Tahiti": translatable("Tahiti"),
    "Europe/Brussels": translatable("Brussels"),
    "Europe/Zurich": translatable("Zurich"),
    "Europe/Luxembourg": translatable("Luxembourg"),
    "Europe/Monaco": translatable("Monaco"),
}


def place_form(plan: Plan) -> SettingsForm:
    """The clock and the country. One that is not in the lists, which somebody wrote into the plan, stays."""
    clock = FieldGroup(
        translatable("Clock"),
        (
            ChoiceField(
                "timezone",
                translatable("Our clock is that of"),
                translatable("Summer and winter time are kept by themselves."),
                options=TIMEZONES,
            ),
        ),
        translatable("Opening hours, time slots and air periods all follow it, from the next call on."),
    )
    country = FieldGroup(
        translatable("Country"),
        (
            ChoiceField(
                "country",
                translatable("Numbers without a prefix belong to"),
                translatable("06… is then a number of this country, from the operator as well as on our pages."),
                options=COUNTRIES,
            ),
        ),
    )
    return SettingsForm(
        translatable("Clock and country"),
        translatable("Where the reception is. It rarely changes."),
        (clock, country),
        plan,
    )
