"""What changes at the public numbers."""

from collections.abc import Iterator, Mapping

from console.plan.comparison.change import (
    ChangedPart,
    Comparison,
    FieldChange,
    Inside,
    Notice,
    Table,
    describe_fields,
    describe_texts,
    list_words,
    match_items,
    part_of,
    says_nothing,
    says_part,
    says_switch,
    says_texts,
    says_word,
)
from routing.languages import LANGUAGE_NAMES
from routing.plan.model import PriceNoticeSource, PublicNumber
from routing.plan.part_kinds import PartKind
from translations.message import Message, translatable
from translations.web import gettext
from web.language import translate

_PRICE_SOURCES: Mapping[PriceNoticeSource, Message] = {
    PriceNoticeSource.OPERATOR: translatable("The operator will announce the price of the call; we no longer will."),
    PriceNoticeSource.APPLICATION: translatable("We will announce the price of the call before we answer."),
}
_GREETED = translatable("Callers will be greeted with: “%(text)s”")


def compare_numbers(comparison: Comparison) -> Iterator[ChangedPart]:
    """What changes at each number."""
    found = match_items(comparison.old.numbers, comparison.new.numbers, lambda number: number.e164)
    for number in found.added:
        yield from part_of(_title(comparison, number), map(Notice, _describe_new(comparison, number)))
    for number in found.removed:
        gone = gettext("Calls to %(number)s will no longer be answered.", number=comparison.number(number.e164))
        yield ChangedPart(_title(comparison, number), (Notice(gone),))
    for before, after in found.kept:
        yield from part_of(_title(comparison, after), describe_fields(NUMBER, before, after, comparison))
    if found.is_reordered:
        sentence = gettext("The numbers are listed in another order.")
        yield ChangedPart(gettext("Numbers"), (Notice(sentence, noticed=False),))


def _title(comparison: Comparison, number: PublicNumber) -> str:
    return gettext("Number %(number)s", number=comparison.number(number.e164))


def _describe_new(comparison: Comparison, number: PublicNumber) -> Iterator[str]:
    yield gettext("A new number, %(number)s, will be answered.", number=comparison.number(number.e164))
    yield from describe_texts(_GREETED, {number.language: number.greeting.get(number.language, "")})
    yield gettext(
        "Its callers will hear the menu “%(menu)s”, at the hours “%(hours)s”.",
        menu=comparison.title(PartKind.MENU, number.menu),
        hours=comparison.title(PartKind.CALENDAR, number.hours),
    )
    if number.surcharged:
        yield gettext("Its calls are surcharged.")
        yield from describe_texts(_PRICED, number.price_text or {})


def _describe_landing(change: FieldChange) -> Iterator[str]:
    numbers = [change.comparison.number(e164) for e164 in change.new]
    yield gettext(
        "Its calls will be expected at %(numbers)s, as the operator delivers them.", numbers=list_words(numbers)
    )


def _describe_price_source(change: FieldChange) -> Iterator[str]:
    if change.after.surcharged:
        yield translate(_PRICE_SOURCES[change.new])
    else:
        yield gettext("No price will be announced.")


_PRICED = translatable("Before we answer, callers will hear: “%(text)s”")

NUMBER: Table = {
    "e164": says_nothing,
    "landing_numbers": _describe_landing,
    "language": says_word(translatable("Its callers will be served in %(new)s, no longer in %(old)s."), LANGUAGE_NAMES),
    "greeting": says_texts(_GREETED, translatable("Callers will no longer be greeted.")),
    "menu": says_part(translatable("Callers will hear the menu “%(new)s” in place of “%(old)s”."), PartKind.MENU),
    "hours": says_part(
        translatable("This number will follow the hours “%(new)s” in place of “%(old)s”."), PartKind.CALENDAR
    ),
    "surcharged": Inside(
        says_switch(
            translatable("Its calls count as surcharged from now on."),
            translatable("Its calls no longer count as surcharged."),
        )
    ),
    "price_notice_source": _describe_price_source,
    "price_text": says_texts(_PRICED, translatable("Callers will no longer hear a price from us.")),
}
"""The describers of PublicNumber."""
