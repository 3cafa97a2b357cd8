"""Telephone numbers: as trunks present them, as the database stores them (E.164), as people and logs see them.

A caller ID is a hint, not a proof of identity: every number that could exist is accepted.
"""

import re
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneMetadata,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
)

from routing.french_numbering import (
    OVERSEAS_CODES,
    SIGNIFICANT_DIGITS,
    Territory,
    extended_number,
    find_territory,
    international_digits,
    is_extended,
    national_digits,
    number_pattern,
)
from routing.typed_numbers import plain_characters, read_written_number

NATIONAL_DIGITS = 9
"""The last digits of a number, which are the same in every form in which it is written."""
_DIGITS = re.compile(r"\+?[0-9]{5,20}")
_SHORT = re.compile(r"[0-9]{2,6}")
_MAX_RAW_LENGTH = 120
_REMEMBERED = 256  # each call asks several times about its number
# These share one national numbering plan (routing/french_numbering.py).
_FRENCH_PLAN = frozenset({"FR", "GP", "BL", "MF", "MQ", "GF", "RE", "YT", "PM"})
_ORDINARY = re.compile(rf"\+{number_pattern(Territory.METROPOLITAN)}")
_FRENCH_MOBILES = ("+336", "+337")
_SURCHARGED = (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST)
# An organisation may use none of these as a caller ID.
_NOT_PRESENTABLE = (PhoneNumberType.MOBILE, *_SURCHARGED)


class NumberKind(StrEnum):
    """What a caller's number is."""

    METROPOLITAN = "metropolitan"
    OVERSEAS = "overseas"
    SPECIAL = "special"  # special rates of the French plan
    MACHINE = "machine"  # extended length: M2M, alarms, lifts
    FOREIGN = "foreign"
    SHORT = "short"  # a service's short code, such as 3949


def is_country(country: str) -> bool:
    """True for an ISO 3166 code that has a numbering plan, such as "FR"."""
    return country in phonenumbers.SUPPORTED_REGIONS


@lru_cache(_REMEMBERED)
def parse_caller_number(raw: str | None, country: str = "FR") -> str | None:
    """The number (E.164) of a caller ID as a trunk presents it, or None when it holds no usable number.

    For a server in `country`: national form (06…, overseas territories under their own codes), 0033…, +33…, 33…
    without plus, and foreign numbers with + or the international prefix. Spaces, separators, invisible characters are
    ignored, and full-width digits are read. Withheld, alphabetic, impossible and hostile values give None; nothing is
    raised. One line has one number: "0976 01 23 45" and "+33976012345" are "+590976012345".
    """
    if not raw or len(raw) > _MAX_RAW_LENGTH:
        return None
    digits = plain_characters(raw)
    if not _DIGITS.fullmatch(digits):
        return None
    if country in _FRENCH_PLAN:
        digits, country = _complete(digits, country), "FR"
        if machine := _parse_machine_number(digits):
            return machine
    number = _to_e164(digits, country)
    # Some impossible numbers parse differently the second time; the result must be stable.
    return number if number and (number == digits or _to_e164(number, None) == number) else None


def parse_typed_number(raw: str | None, country: str = "FR") -> str | None:
    """The number (E.164) that a person typed or pasted: also "tel:…" and with an extension, which is left out.

    None for everything that parse_caller_number does not understand.
    """
    written = read_written_number(raw) if raw else None
    return parse_caller_number(written.digits, country) if written else None


def parse_ordinary_number(raw: str | None, country: str = "FR") -> str | None:
    """The number (E.164) when it is an ordinary one of metropolitan France: fixed, mobile or VoIP.

    None for special rates, short codes, machines, other countries, and what parse_typed_number does not understand.
    """
    number = parse_typed_number(raw, country)
    return number if number and _ORDINARY.fullmatch(number) else None


def under_metropolitan_code(e164: str) -> str | None:
    """An overseas number of the French plan as operators and older plans may write it, under +33; else None."""
    significant = national_digits(e164.removeprefix("+"))
    if significant is None or find_territory(significant) in (None, Territory.METROPOLITAN):
        return None
    return f"+33{significant}"


def number_kind(raw: str | None, country: str = "FR") -> NumberKind | None:
    """What a caller's number is, as it was presented or in E.164; None when it holds no number."""
    digits = plain_characters(raw or "")
    if _SHORT.fullmatch(digits):
        return NumberKind.SHORT
    number = parse_caller_number(raw, country)
    if number is None:
        return None
    international = number.removeprefix("+")
    if is_extended(international):
        return NumberKind.MACHINE
    significant = national_digits(international)
    if significant is None:
        return NumberKind.FOREIGN
    territory = find_territory(significant)
    if territory is None:
        return NumberKind.SPECIAL
    return NumberKind.METROPOLITAN if territory is Territory.METROPOLITAN else NumberKind.OVERSEAS


def list_number_forms(e164: str, country: str = "FR") -> tuple[str, ...]:
    """The forms in which a trunk may present our number in the Request-URI: digits and + only.

    For a French number: +33…, 33…, 0033… and 0…; a foreign number has no national form.
    """
    national = "".join(filter(str.isdigit, _format_national(phonenumbers.parse(e164, None))))
    forms = [e164, e164.removeprefix("+"), _international_prefix(country) + e164.removeprefix("+")]
    if parse_caller_number(national, country) == e164:
        forms.append(national)
    return tuple(dict.fromkeys(forms))


def dialling_prefixes(country: str = "FR") -> tuple[str, str, str]:
    """The country code, the international prefix and the national prefix of `country`; for France "33", "00", "0"."""
    metadata = PhoneMetadata.metadata_for_region(country)
    national = (metadata and metadata.national_prefix) or ""
    return str(phonenumbers.country_code_for_region(country)), _international_prefix(country), national


def format_number(e164: str, country: str = "FR") -> str:
    """The number as it is written in `country`: "01 99 00 00 00", "+44 1632 960000"."""
    number = _parse(e164, None)
    if number is None:
        return e164
    if _is_national(number, country):
        return _format_national(number)
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def is_presentable(e164: str) -> bool:
    """True for a number that may be an organisation's caller ID: neither mobile nor of a surcharged range."""
    number = _parse(e164, None)
    # The library knows neither fictional mobile numbers nor those of machines.
    if number is None or e164.startswith(_FRENCH_MOBILES) or is_extended(e164.removeprefix("+")):
        return False
    return phonenumbers.number_type(number) not in _NOT_PRESENTABLE


def is_surcharged(e164: str) -> bool:
    """True for a number of a range with premium or shared cost in its country's numbering plan."""
    number = _parse(e164, None)
    return number is not None and phonenumbers.number_type(number) in _SURCHARGED


def mask_number(e164: str) -> str:
    """The number for logs: country code and last two digits ("+33*******00"); "***" for a text that is not a number."""
    number = _parse(e164, None)
    if number is None:
        return "***"
    code = f"+{number.country_code}"
    return code + "*" * max(len(e164) - len(code) - 2, 3) + e164[-2:]


def _parse(digits: str, country: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(digits, country)
    except NumberParseException:
        return None


def _to_e164(digits: str, country: str | None) -> str | None:
    number = _parse(digits, country)
    return _format_e164(number) if number and _is_plausible(number) else None


def _is_plausible(number: PhoneNumber) -> bool:
    """Whether it could exist. Blocks newer than the library's data are "possible" without being "valid"."""
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return False
    national = phonenumbers.national_significant_number(number)
    return phonenumbers.is_valid_number(number) or (national[0] != "0" and len(set(national)) > 1)


def _complete(digits: str, country: str) -> str:
    """Digits of the French plan with the plus that a trunk left out before an overseas country code."""
    if country == "PM" and len(digits) == 6:  # numbers of Saint-Pierre-et-Miquelon are dialled so at home
        return f"+508{digits}"
    codes = tuple(OVERSEAS_CODES)
    return f"+{digits}" if len(digits) == SIGNIFICANT_DIGITS + 3 and digits.startswith(codes) else digits


def _parse_machine_number(digits: str) -> str | None:
    """The number (E.164) of a machine (extended length), which the library holds for too long."""
    if digits.startswith("0") and not digits.startswith("00"):
        number = extended_number(digits[1:])
    else:
        international = digits.removeprefix("+").removeprefix("00")
        number = international if is_extended(international) else extended_number(international.removeprefix("33"))
    return f"+{number}" if number else None


def _format_e164(number: PhoneNumber) -> str:
    """E.164, under the country code of its territory: a trunk may present "+33692…" for "+262692…"."""
    written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if str(number.country_code) in OVERSEAS_CODES and phonenumbers.is_valid_number(number):
        return written
    significant = national_digits(written.removeprefix("+"))
    if significant is None or find_territory(significant) is None:
        return written
    return f"+{international_digits(significant)}"


def _format_national(number: PhoneNumber) -> str:
    """As it is dialled in its country; the library has no such form for Saint-Pierre-et-Miquelon and for machines."""
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    significant = national_digits(e164.removeprefix("+"))
    if number.country_code == 508 and significant:
        return _in_groups(f"0{significant}", 4)
    if is_extended(e164.removeprefix("+")):
        return _in_groups(f"0{phonenumbers.national_significant_number(number)}", 4)
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)


def _in_groups(digits: str, first: int) -> str:
    """The first digits together, then pairs: "0508 41 12 34"."""
    return " ".join([digits[:first], *(digits[index : index + 2] for index in range(first, len(digits), 2))])


def _is_national(number: PhoneNumber, country: str) -> bool:
    codes = {int(code) for code in OVERSEAS_CODES} | {33} if country in _FRENCH_PLAN else set()
    return number.country_code in codes or number.country_code == phonenumbers.country_code_for_region(country)


def _international_prefix(country: str) -> str:
    metadata = PhoneMetadata.metadata_for_region(country)
    prefix = metadata and (metadata.preferred_international_prefix or metadata.international_prefix)
    return prefix if prefix and prefix.isdigit() else "00"
