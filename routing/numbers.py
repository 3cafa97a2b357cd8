"""Telephone numbers: what a trunk presents, what the base keeps (E.164), what people and logs see.

A caller's number is a hint, never a proof of identity: any number that could exist is accepted, whoever it belongs to.
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

# Metropolitan France and these departments share one national numbering plan, so "0262 …" is dialled alike from all
# of them, but each has its own country code (ARCEP, numbering plan, decision 2018-0881). VoIP numbers (09) are not
# told apart by their prefix and stay under +33.
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
# None of these may be the caller ID of a call that an organisation places.
_NEVER_SHOWN = (PhoneNumberType.MOBILE, *_SURCHARGED)
_FICTIONAL_MOBILES = "63998"  # metropolitan, amid Mayotte's 0639


def is_country(country: str) -> bool:
    """True for an ISO 3166 code that has a numbering plan, such as "FR"."""
    return country in phonenumbers.SUPPORTED_REGIONS


def parse_caller_number(raw: str | None, country: str = "FR") -> str | None:
    """The E.164 line of a caller ID as a trunk presents it, or None when it tells no usable number.

    Understood, for a server in `country`: national (06…, with the departments overseas under their own codes),
    0033… and +33…, 33… without plus, foreign numbers with + or the international prefix; spaces and the usual
    separators are ignored. Withheld, alphabetic, impossible or hostile values give None; nothing raises.
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
    line = _line(digits, country)
    # A few impossible numbers read otherwise a second time; a line must be one and the same for ever.
    return line if line and _line(line, None) == line else None


def parse_ordinary_number(raw: str | None, country: str = "FR") -> str | None:
    """The E.164 line of a number that may be dialled on somebody's word: metropolitan France, fixed, mobile or VoIP.

    None for special rates, short codes, other countries, and whatever `caller_line` does not understand.
    """
    line = parse_caller_number(raw, country)
    return line if line and _ORDINARY.fullmatch(line) else None


def list_number_forms(e164: str, country: str = "FR") -> tuple[str, ...]:
    """Each form in which a trunk may present our number as the user of the Request-URI: digits and + only.

    For a French number: +33…, 33…, 0033…, 0…; a foreign number has no national form.
    """
    number = phonenumbers.parse(e164, None)
    national = "".join(filter(str.isdigit, phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)))
    forms = [e164, e164.removeprefix("+"), _international_prefix(country) + e164.removeprefix("+")]
    if parse_caller_number(national, country) == e164:
        forms.append(national)
    return tuple(dict.fromkeys(forms))


def dialling_prefixes(country: str = "FR") -> tuple[str, str, str]:
    """What stands before a number of `country`: its code, the prefix of calls abroad, that of national calls.

    For France: "33", "00", "0".
    """
    metadata = PhoneMetadata.metadata_for_region(country)
    national = (metadata and metadata.national_prefix) or ""
    return str(phonenumbers.country_code_for_region(country)), _international_prefix(country), national


def format_number(e164: str, country: str = "FR") -> str:
    """The number as people of `country` write it: "01 99 00 00 00", "+44 1632 960000"."""
    number = _parsed(e164, None)
    if number is None:
        return e164
    style = PhoneNumberFormat.NATIONAL if _at_home(number, country) else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def is_presentable(e164: str) -> bool:
    """True for a number that an organisation may show as its caller ID: not mobile, nor surcharged by its form."""
    number = _parsed(e164, None)
    if number is None or e164.startswith(_FRENCH_MOBILES):  # whose fictional ones no library knows
        return False
    return phonenumbers.number_type(number) not in _NEVER_SHOWN


def is_surcharged(e164: str) -> bool:
    """True for a number whose calls cost more than ordinary ones, as far as its country's numbering plan tells."""
    number = _parsed(e164, None)
    return number is not None and phonenumbers.number_type(number) in _SURCHARGED


def mask_number(e164: str) -> str:
    """The number as logs may keep it: country code and last two digits ("+33*******00"); "***" for anything else."""
    number = _parsed(e164, None)
    if number is None:
        return "***"
    code = f"+{number.country_code}"
    return code + "*" * max(len(e164) - len(code) - 2, 3) + e164[-2:]


def _parsed(digits: str, country: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(digits, country)
    except NumberParseException:
        return None


def _line(digits: str, country: str | None) -> str | None:
    number = _parsed(digits, country)
    return _e164(number) if number and _plausible(number) else None


def _plausible(number: PhoneNumber) -> bool:
    """Could exist. Blocks newer than our copy of the numbering plans are "possible" without being "valid"."""
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return False
    national = phonenumbers.national_significant_number(number)
    return phonenumbers.is_valid_number(number) or (national[0] != "0" and len(set(national)) > 1)


def _e164(number: PhoneNumber) -> str:
    if number.country_code == 33:
        national = phonenumbers.national_significant_number(number)
        return f"+{_french_code(national)}{national}"
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _french_code(national: str) -> str:
    if national.startswith(_FICTIONAL_MOBILES):
        return "33"
    return next((code for code, prefixes in _OVERSEAS.items() if national.startswith(prefixes)), "33")


def _at_home(number: PhoneNumber, country: str) -> bool:
    codes = {int(code) for code in _OVERSEAS} | {33} if country in _FRENCH_PLAN else set()
    return number.country_code in codes or number.country_code == phonenumbers.country_code_for_region(country)


def _international_prefix(country: str) -> str:
    metadata = PhoneMetadata.metadata_for_region(country)
    prefix = metadata and (metadata.preferred_international_prefix or metadata.international_prefix)
    return prefix if prefix and prefix.isdigit() else "00"
