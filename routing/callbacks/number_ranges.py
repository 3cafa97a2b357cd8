"""The numbers that a visitor may have called back: an allow-list of ranges.

Against toll fraud a library's "ordinary number" is not enough: only numbers of these ranges are dialled, and the
dialplan checks them against the same list again.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from routing.french_numbering import Territory, number_pattern
from routing.numbers import NumberKind, is_surcharged, number_kind, parse_caller_number
from routing.quoting import list_with_and
from routing.typed_numbers import read_written_number
from translations.message import Message, translatable, translatable_in_context

# E.164 without its plus. French numbers: routing/french_numbering.py. Neighbours: fixed and mobile numbers only, no
# shared-cost or premium block.
NUMBER_RANGES: Mapping[str, str] = MappingProxyType(
    {str(territory): number_pattern(territory) for territory in Territory}
    | {
        "belgium": "32(4[5-9][0-9]|1[0-69]|[23][2-8]|4[23]|5[0-9]|6[013-57-9]|71|8[1-79]|9[2-4])[0-9]{6}",
        "switzerland": "41(2[12467]|3[1-4]|4[134]|5[256]|6[12]|7[15-9]|[89]1)[0-9]{7}",
        "luxembourg": "352(6[25-9][0-9]{7}|2[467][0-9]{6}|(2[2-9]|3[0-46-9]|[457][0-9]|8[13-9]|9[2-579])[0-9]{4})",
        # Not 4…: mobile operators of another country use those, at their own prices.
        "monaco": "377(6[0-9]{8}|9[2-47-9][0-9]{6})",
    }
)


class NotCallableReason(StrEnum):
    """Why a number is not called back."""

    PREMIUM = "premium"
    SHORT = "short"
    EMERGENCY = "emergency"
    ABROAD = "abroad"
    SATELLITE = "satellite"
    MACHINE = "machine"
    OWN = "own"
    NOT_A_NUMBER = "not-a-number"


class NotCallableError(ValueError):
    """A number that is not called back; `message` tells the visitor why, and what to do."""

    def __init__(self, reason: NotCallableReason, message: Message) -> None:
        super().__init__(str(message))
        self.reason, self.message = reason, message


_SHORT = re.compile(r"[0-9]{1,6}")
# Emergencies and social care: ARCEP, decision 2018-0881, annex; 112, 116xxx: European decisions 91/396 and 2007/116.
_EMERGENCY = re.compile(r"1[578]|11[2459]|116[0-9]{3}|19[1678]|911|999")
# Global satellite and network numbers (ITU-T E.164, list of assigned country codes).
_SATELLITE = re.compile(r"(\+|00)(870|881|882|883|888)")
_GLOBAL_PREMIUM = re.compile(r"(\+|00)(808|878|979)")
_SPECIAL_RATE = re.compile(r"\+(33|(262|508|590|594|596)(?=8[0-9]{8}$))8")

PLACES = {
    "metropolitan": translatable_in_context("We call back in %(places)s only", "metropolitan France"),
    "guadeloupe": translatable_in_context("We call back in %(places)s only", "Guadeloupe"),
    "martinique": translatable_in_context("We call back in %(places)s only", "Martinique"),
    "guyane": translatable_in_context("We call back in %(places)s only", "French Guiana"),
    "reunion": translatable_in_context("We call back in %(places)s only", "Réunion"),
    "mayotte": translatable_in_context("We call back in %(places)s only", "Mayotte"),
    "saint-pierre-et-miquelon": translatable_in_context("We call back in %(places)s only", "Saint Pierre and Miquelon"),
    "belgium": translatable_in_context("We call back in %(places)s only", "Belgium"),
    "switzerland": translatable_in_context("We call back in %(places)s only", "Switzerland"),
    "luxembourg": translatable_in_context("We call back in %(places)s only", "Luxembourg"),
    "monaco": translatable_in_context("We call back in %(places)s only", "Monaco"),
}
_EXPLANATIONS = {
    NotCallableReason.PREMIUM: translatable(
        "We cannot call a special-rate number back; give an ordinary one, fixed or mobile."
    ),
    NotCallableReason.SHORT: translatable("This number is too short; give a whole one, such as 06 39 98 00 01."),
    NotCallableReason.EMERGENCY: translatable("This is an emergency number; give the number where you can be reached."),
    NotCallableReason.SATELLITE: translatable(
        "We cannot call a satellite telephone back; give an ordinary number, fixed or mobile."
    ),
    NotCallableReason.MACHINE: translatable(
        "This is the number of a machine, such as an alarm; give an ordinary number, fixed or mobile."
    ),
    NotCallableReason.OWN: translatable("This is our own number; give the one where you can be reached."),
    NotCallableReason.NOT_A_NUMBER: translatable(
        "This is not a telephone number; write it as 06 39 98 00 01 or +33 6 39 98 00 01."
    ),
}


@dataclass(frozen=True, slots=True)
class CallableNumber:
    """A number (E.164) that may be called, and the extension ("" without one) that a person asks for there."""

    line: str
    extension: str = ""


def dialled_ranges(callback_ranges: Iterable[str]) -> tuple[str, ...]:
    """The ranges that may be dialled at all: those of callbacks, and metropolitan France for agents' telephones.

    The dialplan checks each outgoing call against them, and an agent's outside number is one of them.
    """
    return tuple(sorted({str(Territory.METROPOLITAN), *callback_ranges}))


def parse_callable_number(raw: str, country: str, ranges: Sequence[str], own_numbers: Collection[str]) -> str:
    """The number (E.164) that a visitor in `country` typed, rebuilt from its digits; an extension is left out.

    `ranges` are the keys of NUMBER_RANGES that may be called back; `own_numbers` (E.164) are never. Raises
    NotCallableError.
    """
    return read_callable_number(raw, country, ranges, own_numbers).line


def read_callable_number(raw: str, country: str, ranges: Sequence[str], own_numbers: Collection[str]) -> CallableNumber:
    """As parse_callable_number, with the extension that was typed behind the number. Raises NotCallableError."""
    if (written := read_written_number(raw)) is None:
        raise _not_callable(NotCallableReason.NOT_A_NUMBER)
    number = parse_caller_number(written.digits, country)
    if number is None or not is_in_ranges(number, ranges):
        raise _why_not_callable(written.digits, number, country, own_numbers, ranges)
    if number in own_numbers:
        raise _not_callable(NotCallableReason.OWN)
    return CallableNumber(number, written.extension)


def is_in_ranges(number: str, ranges: Sequence[str]) -> bool:
    """True for a number (E.164) of these ranges: the rule of forms, of agents' telephones and of the dialplan."""
    return re.fullmatch(dialplan_regex(ranges), number.removeprefix("+")) is not None


def dialplan_regex(ranges: Sequence[str]) -> str:
    """A regular expression for E.164 digits without the plus that Python and Asterisk understand alike.

    Asterisk's REGEX() takes POSIX extended syntax (regex(7)); here without quotes, backslashes and blanks.
    """
    return f"^({'|'.join(NUMBER_RANGES[name] for name in ranges)})$"


def _why_not_callable(
    digits: str, number: str | None, country: str, own_numbers: Collection[str], ranges: Sequence[str]
) -> NotCallableError:
    """The reason, which only explains: the ranges alone decide."""
    if _SHORT.fullmatch(digits):
        return _not_callable(NotCallableReason.EMERGENCY if _EMERGENCY.fullmatch(digits) else NotCallableReason.SHORT)
    if _SATELLITE.match(digits):
        return _not_callable(NotCallableReason.SATELLITE)
    if _GLOBAL_PREMIUM.match(digits):
        return _not_callable(NotCallableReason.PREMIUM)
    if number is None:
        return _not_callable(NotCallableReason.NOT_A_NUMBER)
    if number in own_numbers:
        return _not_callable(NotCallableReason.OWN)
    if number_kind(number, country) is NumberKind.MACHINE:
        return _not_callable(NotCallableReason.MACHINE)
    if _SPECIAL_RATE.match(number) or is_surcharged(number):
        return _not_callable(NotCallableReason.PREMIUM)
    return _not_in_ranges(ranges)


def _not_callable(reason: NotCallableReason) -> NotCallableError:
    return NotCallableError(reason, _EXPLANATIONS[reason])


def _not_in_ranges(ranges: Sequence[str]) -> NotCallableError:
    places = list_with_and([PLACES[name] for name in ranges])
    text = translatable("Give a number in %(places)s: we cannot call others back.", places=places)
    return NotCallableError(NotCallableReason.ABROAD, text)
