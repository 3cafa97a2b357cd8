"""Callbacks: whom we call, when, how often, and within which limits."""

from collections.abc import Mapping

from console.plan.settings.fields import (
    ChecksField,
    ChoiceField,
    FieldGroup,
    NumberField,
    NumberListField,
)
from console.plan.settings.form import SettingsForm
from routing.callbacks.limits import CallbackLimits
from routing.callbacks.rules import CallbackRules, DialFirst
from routing.french_numbering import Territory
from routing.plan import bounds
from routing.plan.callbacks import TIME_SLOT_LENGTHS_MIN
from routing.plan.model import Plan
from translations.message import Message, translatable

FIRST: Mapping[str, Message] = {
    DialFirst.AGENT: translatable("An agent accepts, then the visitor is rung"),
    DialFirst.VISITOR: translatable("The visitor is rung, presses a key, and waits for an agent"),
}

RANGES: Mapping[str, Message] = {
    Territory.METROPOLITAN: translatable("Metropolitan France"),
    Territory.GUADELOUPE: translatable("Guadeloupe, Saint Martin and Saint Barthélemy"),
    Territory.MARTINIQUE: translatable("Martinique"),
    Territory.GUYANE: translatable("French Guiana"),
    Territory.REUNION: translatable("Réunion"),
    Territory.MAYOTTE: translatable("Mayotte"),
    Territory.SAINT_PIERRE_ET_MIQUELON: translatable("Saint Pierre and Miquelon"),
    "belgium": translatable("Belgium"),
    "switzerland": translatable("Switzerland"),
    "luxembourg": translatable("Luxembourg"),
    "monaco": translatable("Monaco"),
}

SLOT_LENGTHS: Mapping[str, Message] = {
    length: translatable("%(count)s minutes", count=length) for length in TIME_SLOT_LENGTHS_MIN
}

_RULES, _LIMITS = CallbackRules(), CallbackLimits()


def _count(name: str, label: Message, hint: Message | None = None) -> NumberField:
    return NumberField(
        f"callbacks.{name}",
        label,
        hint,
        bounds=bounds.CALLBACK_COUNTS[name],
        default=int(getattr(_RULES, name)),
    )


def _limit(name: str, label: Message, hint: Message | None = None) -> NumberField:
    return NumberField(
        f"callbacks.limits.{name}", label, hint, bounds=bounds.LIMITS[name], default=int(getattr(_LIMITS, name))
    )


_NO_TRUNK = translatable(
    "Our operator's line is not set up yet, so nobody is offered a callback. What is set here counts from then on."
)


def callbacks_form(plan: Plan, *, can_call: bool = True) -> SettingsForm:
    """How visitors are called back; `can_call`: there is a trunk that places calls."""
    return SettingsForm(
        translatable("Callbacks"),
        translatable(
            "People who ask to be called back, by the button on a website, by a key, or while they wait, keep their"
            " place in the same queue as callers. We call them only while the number that calls them is open."
        ),
        (_attempts(), _slots(), _called_numbers()),
        plan,
        notice=None if can_call else _NO_TRUNK,
    )


def _attempts() -> FieldGroup:
    return FieldGroup(
        translatable("How we call"),
        (
            ChoiceField("callbacks.first", translatable("Who is rung first"), options=FIRST, default=str(_RULES.first)),
            _count("ring_s", translatable("How long the visitor's telephone rings")),
            _count(
                "attempts",
                translatable("How often we call a visitor who does not answer"),
                translatable("Then they read “We missed you” on the page of their callback."),
            ),
            NumberListField(
                "callbacks.retry_after_min",
                translatable("Minutes before we try again"),
                translatable(
                    "One number for each new try, with a comma between them: “10, 60” means 10 minutes before the"
                    " second try and 60 before the third. The last number counts for all later ones."
                ),
                note=_note_on_retries,
                bounds=bounds.RETRY,
                default=_RULES.retry_after_min,
            ),
            _count(
                "line_s",
                translatable("Longest wait for an agent"),
                translatable("Then the callback goes back into the list, and others get their turn."),
            ),
            _count(
                "at_once",
                translatable("Callbacks at the same time"),
                translatable("At most as many as your operator's lines allow beside the callers."),
            ),
        ),
        translatable("Visitors and agents notice it at the next callback."),
    )


def _slots() -> FieldGroup:
    return FieldGroup(
        translatable("Which times visitors can choose"),
        (
            ChoiceField(
                "callbacks.slot_min",
                translatable("Length of a time slot"),
                options=SLOT_LENGTHS,
                default=str(_RULES.slot_min),
            ),
            _count(
                "per_slot",
                translatable("Visitors in the same slot"),
                translatable("When it is full it is not offered."),
            ),
            _count(
                "lead_min",
                translatable("How long before it begins a slot can be chosen at the latest"),
                translatable("0: until it begins."),
            ),
            _count(
                "days_ahead",
                translatable("How many days ahead slots are offered"),
                translatable("0: today only. Only slots in opening hours are offered."),
            ),
            _count(
                "expires_h",
                translatable("A callback that could not be made ends after"),
                translatable("Counted from its slot; days on which we do not open do not count."),
            ),
        ),
        translatable("Visitors notice it on the form at once; callbacks that were promised stay as they are."),
    )


def _called_numbers() -> FieldGroup:
    return FieldGroup(
        translatable("Which numbers we call"),
        (
            ChecksField(
                "callbacks.ranges",
                translatable("Ordinary numbers, fixed and mobile, of"),
                translatable(
                    "Every other number is refused on the form: premium and special-rate numbers, satellites, and all"
                    " other countries. Each country that you add may cost more for a call."
                ),
                options=RANGES,
                default=_RULES.ranges,
                missing=translatable("choose at least one; otherwise nobody could be called back"),
            ),
        ),
        translatable("Outside numbers of agents must be among them, too."),
    )


def limits_form(plan: Plan) -> SettingsForm:
    """How many callbacks may be asked for, and what they may cost."""
    requests = FieldGroup(
        translatable("How many callbacks may be asked for"),
        (
            _limit("number_day", translatable("For one telephone number in a day")),
            _limit("number_month", translatable("For one telephone number in 30 days")),
            _limit("address_hour", translatable("From one Internet address in an hour")),
            _limit("address_day", translatable("From one Internet address in a day")),
            _limit(
                "network_hour",
                translatable("From one network in an hour"),
                translatable("The people of one office or school often share a network."),
            ),
            _limit("network_day", translatable("From one network in a day")),
            _limit("all_hour", translatable("In total in an hour")),
            _limit("all_day", translatable("In total in a day")),
        ),
        translatable(
            "Somebody who asks for more is told to come back later, or to call. It keeps others from using our form to"
            " have somebody's telephone ring again and again."
        ),
    )
    cost = FieldGroup(
        translatable("What our calls to visitors may cost"),
        (
            _limit("minutes_day", translatable("Minutes in a day, of all calls together")),
            _limit("euros_day", translatable("Cost in a day")),
            _limit(
                "cents_min",
                translatable("Price used to work out the cost"),
                translatable(
                    "What your operator charges per minute for the most expensive of the numbers that are called."
                ),
            ),
        ),
        translatable("When one of these limits is reached, callbacks wait until the next day."),
    )
    return SettingsForm(
        translatable("Limits against abuse"),
        translatable("How many callbacks people may ask for, and what they may cost in a day."),
        (requests, cost),
        plan,
    )


def _note_on_retries(plan: Plan) -> Message | None:
    if plan.callbacks.attempts > 1:
        return None
    return translatable("As long as visitors are called only once, this does not apply.")
