"""Every example number that libphonenumber knows: of each country, and of each kind of line."""

from collections.abc import Iterator

import phonenumbers
from phonenumbers import PhoneNumberType, example_number_for_non_geo_entity, example_number_for_type


def examples() -> Iterator[tuple[str, int, str]]:
    """Region, type and E.164 of every example number that the library knows."""
    for region in phonenumbers.SUPPORTED_REGIONS:
        for kind in PhoneNumberType.values():
            if number := example_number_for_type(region, kind):
                yield region, kind, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    for code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS:
        if number := example_number_for_non_geo_entity(code):
            kind = phonenumbers.number_type(number)
            yield "001", kind, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
