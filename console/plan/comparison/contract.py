"""What changes in the contract with an overflow centre."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time
from decimal import Decimal

from console.plan.comparison.change import (
    Describer,
    FieldChange,
    Inside,
    Table,
    list_words,
    says,
    says_texts,
    says_word,
)
from console.plan.settings.contract import ANSWERED_BY, CODE, PAID_BY, ROUNDED_ON
from routing.plan.part_kinds import PartKind
from translations.dates import long_date
from translations.message import Message, translatable
from translations.money import euros
from translations.web import gettext
from web.language import current_language, translate


def _says_price(message: Message, gone: Message) -> Describer:
    """A describer of an amount in euros that may not be agreed."""

    def describe(change: FieldChange) -> Iterator[str]:
        yield translate(message, new=_euros(change.new)) if change.new is not None else translate(gone)

    return describe


def _says_day(message: Message, gone: Message) -> Describer:
    """A describer of a day that may be left open."""

    def describe(change: FieldChange) -> Iterator[str]:
        if change.new is None:
            yield translate(gone)
            return
        noon = datetime.combine(change.new, time(12), UTC)
        yield translate(message, day=long_date(noon, UTC, current_language()))

    return describe


def _says_number(message: Message, gone: Message) -> Describer:
    """A describer of a number for which 0 and None mean that nothing is agreed."""

    def describe(change: FieldChange) -> Iterator[str]:
        yield translate(message, new=change.new) if change.new else translate(gone)

    return describe


def _describe_paid_by(change: FieldChange) -> Iterator[str]:
    yield gettext("how it is paid: “%(how)s”.", how=translate(PAID_BY[change.new or ""]))


def _describe_outcomes(change: FieldChange) -> Iterator[str]:
    if not change.new:
        yield gettext("it may report any outcome of a call.")
        return
    titles = change.comparison.new.requests.outcome_titles
    names = [titles[name].in_language(current_language()) if name in titles else name for name in change.new]
    yield gettext("it may report these outcomes of a call: %(names)s.", names=list_words(names))


def _describe_hours(change: FieldChange) -> Iterator[str]:
    if change.new:
        title = change.comparison.title(PartKind.CALENDAR, change.new)
        yield gettext("it takes calls during the hours “%(hours)s”.", hours=title)
    else:
        yield gettext("it takes calls at any time.")


def _euros(amount: Decimal) -> str:
    return euros(amount, current_language())


_WORDS: Mapping[str, tuple[Message, Mapping[str, Message]]] = {
    "answered_by": (translatable("who answers there: “%(new)s”, instead of “%(old)s”."), ANSWERED_BY),
    "code": (translatable("how its agents learn the code of a call: “%(new)s”, instead of “%(old)s”."), CODE),
    "rounded_on": (translatable("what is rounded to the cent: “%(new)s”, instead of “%(old)s”."), ROUNDED_ON),
}

CALLS: Table = {
    "starts_on": _says_day(
        translatable("it begins on %(day)s; before that day no call is given to the centre."),
        translatable("it has no first day."),
    ),
    "ends_on": _says_day(
        translatable("it ends with %(day)s; after that day no call is given to the centre."),
        translatable("it has no last day."),
    ),
    "hours": _describe_hours,
    "priority": says(translatable("its place among the centres is %(new)s instead of %(old)s.")),
    "share": _says_number(
        translatable("%(new)s per cent of the calls for its place come to it first."),
        translatable("it is only given calls that the other centres of its place do not take."),
    ),
    "capacity": _says_number(
        translatable("at most %(new)s calls at once are given to it."),
        translatable("it gets any number of calls at once."),
    ),
}
"""What callers notice, too: to whom they talk."""

_PAPER: Table = {
    "paid_by": _describe_paid_by,
    "contact_price": _says_price(
        translatable("a contact costs %(new)s."), translatable("no price of a contact is agreed.")
    ),
    "contact_free_s": _says_number(
        translatable("a conversation of less than %(new)s s costs nothing."),
        translatable("every conversation is a contact."),
    ),
    "contacts_min": _says_number(
        translatable("at least %(new)s contacts are paid a month."),
        translatable("no least number of contacts is paid."),
    ),
    "hour_price": _says_price(translatable("an hour costs %(new)s."), translatable("no price of an hour is agreed.")),
    "hours_planned": _says_number(
        translatable("%(new)s hours a month are planned."), translatable("no hours are planned.")
    ),
    "hours_min": _says_number(
        translatable("at least %(new)s hours are paid a month."), translatable("no least number of hours is paid.")
    ),
    "hour_step_min": _says_number(
        translatable("the hours of a day are rounded up to %(new)s min."), translatable("hours are not rounded.")
    ),
    "set_up": _says_price(translatable("the set-up costs %(new)s."), translatable("there is no set-up to pay.")),
    "service_percent": _says_number(
        translatable("%(new)s per cent of the calls are to be answered in time."),
        translatable("no service level is agreed."),
    ),
    "service_s": _says_number(
        translatable("calls are to be answered within %(new)s s."), translatable("no time to answer is agreed.")
    ),
    "penalty_percent": _says_number(
        translatable("%(new)s per cent are taken off in a month that misses the service level."),
        translatable("nothing is taken off when the service level is missed."),
    ),
    "outcomes": _describe_outcomes,
    "outcome_h": _says_number(
        translatable("it is to say within %(new)s h what became of a call; then its supervisors are reminded."),
        translatable("nobody is reminded of outcomes that are missing."),
    ),
    "card_min": says(translatable("the card of a call closes %(new)s min after its end, instead of %(old)s min.")),
    "script": says_texts(
        translatable("its agents are to say and to ask: “%(text)s”."),
        translatable("what its agents are to say and to ask is no longer shown to them."),
    ),
    **{name: says_word(message, words) for name, (message, words) in _WORDS.items()},
}

CONTRACT: Table = {**CALLS, **{name: Inside(describe) for name, describe in _PAPER.items()}}
"""The describers of CentreContract."""
