"""Telephone numbers: as trunks present them, as the database stores them (E.164), as people and logs see them.

A caller ID is a hint, not a proof of identity: every number that could exist is accepted.
"""

import re

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneMetadata,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
)

_DIGITS = re.compile(r"\+?[0-9]{5,20}")
_SEPARATORS = str.maketrans("", "", " \u00a0\u202f.-/()")

# Metropolitan France and these departments share one national numbering plan: "0262 …" is dialled alike in all of them,
# but each has its own country code (ARCEP, numbering plan, decision 2018-0881). The prefix of a VoIP number (09) does
# not tell its department, so it stays under +33.
_FRENCH_PLAN = frozenset({"FR", "GP", "BL", "MF", "MQ", "GF", "RE", "YT"})
_OVERSEAS = {
    "262": ("262", "263", "269", "639", "692", "693", "7092", "70935", "70936", "70937"),
    "590": ("590", "690", "691", "7090"),
    "594": ("594", "694", "70930", "70931", "70932", "70933"),
    "596": ("596", "696", "697", "7091"),
}
_ORDINARY = re.compile(r"\+33[1-79][0-9]{8}")
_FRENCH_MOBILES = ("+336", "+337")
_SURCHARGED = (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST)
# An organisation may use none of these as a caller ID.
_NOT_PRESENTABLE = (PhoneNumberType.MOBILE, *_SURCHARGED)
_FICTIONAL_MOBILES = "63998"  # metropolitan, though inside Mayotte's 0639


def is_country(country: str) -> bool:
    """True for an ISO 3166 code that has a numbering plan, such as "FR"."""
    return country in phonenumbers.SUPPORTED_REGIONS


def parse_caller_number(raw: str | None, country: str = "FR") -> str | None:
    """The number (E.164) of a caller ID as a trunk presents it, or None when it holds no usable number.

    For a server in `country`: national form (06…, overseas departments under their own codes), 0033…, +33…, 33…
    without plus, and foreign numbers with + or the international prefix; spaces and usual separators are ignored.
    Withheld, alphabetic, impossible and hostile values give None; nothing is raised.
    """
    if not raw or len(raw) > 40:
        return None
    digits = raw.translate(_SEPARATORS)
    if not _DIGITS.fullmatch(digits):
        return None
    if country in _FRENCH_PLAN:
        if len(digits) == 12 and digits.startswith(tuple(_OVERSEAS)):
            digits = f"+{digits}"
        country = "FR"
    number = _to_e164(digits, country)
    # Some impossible numbers parse differently the second time; the result must be stable.
    return number if number and _to_e164(number, None) == number else None


def parse_ordinary_number(raw: str | None, country: str = "FR") -> str | None:
    """The number (E.164) when it is an ordinary one of metropolitan France: fixed, mobile or VoIP.

    None for special rates, short codes, other countries, and what parse_caller_number does not understand.
    """
    number = parse_caller_number(raw, country)
    return number if number and _ORDINARY.fullmatch(number) else None


def list_number_forms(e164: str, country: str = "FR") -> tuple[str, ...]:
    """The forms in which a trunk may present our number in the Request-URI: digits and + only.

    For a French number: +33…, 33…, 0033… and 0…; a foreign number has no national form.
    """
    number = phonenumbers.parse(e164, None)
    national = "".join(filter(str.isdigit, phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)))
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
    style = PhoneNumberFormat.NATIONAL if _is_national(number, country) else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def is_presentable(e164: str) -> bool:
    """True for a number that may be an organisation's caller ID: neither mobile nor of a surcharged range."""
    number = _parse(e164, None)
    if number is None or e164.startswith(_FRENCH_MOBILES):  # the library does not know fictional ones
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


def _format_e164(number: PhoneNumber) -> str:
    if number.country_code == 33:
        national = phonenumbers.national_significant_number(number)
        return f"+{_french_country_code(national)}{national}"
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _french_country_code(national: str) -> str:
    if national.startswith(_FICTIONAL_MOBILES):
        return "33"
    return next((code for code, prefixes in _OVERSEAS.items() if national.startswith(prefixes)), "33")


def _is_national(number: PhoneNumber, country: str) -> bool:
    codes = {int(code) for code in _OVERSEAS} | {33} if country in _FRENCH_PLAN else set()
    return number.country_code in codes or number.country_code == phonenumbers.country_code_for_region(country)


def _international_prefix(country: str) -> str:
    metadata = PhoneMetadata.metadata_for_region(country)
    prefix = metadata and (metadata.preferred_international_prefix or metadata.international_prefix)
    return prefix if prefix and prefix.isdigit() else "00"
