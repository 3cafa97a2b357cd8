"""Every example number of libphonenumber: of each country, and of each kind of line."""

from collections.abc import Collection, Iterator

import phonenumbers
from phonenumbers import PhoneNumberType, example_number_for_non_geo_entity, example_number_for_type

# What the library says of a number, and not our own patterns, tells whose it is.
RANGE_OF = {
    **{"FR": "metropolitan", "GP": "guadeloupe", "BL": "guadeloupe", "MF": "guadeloupe", "MQ": "martinique"},
    **{"GF": "guyane", "RE": "reunion", "YT": "mayotte", "BE": "belgium", "CH": "switzerland"},
    **{"LU": "luxembourg", "MC": "monaco", "PM": "saint-pierre-et-miquelon"},
}
SERVICE_NUMBER_TYPES = (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.TOLL_FREE)


def may_be_called(region: str, kind: int, ranges: Collection[str]) -> bool:
    """Whether a plan with these ranges allows callbacks to this kind of number in this region."""
    return RANGE_OF.get(region) in ranges and kind not in SERVICE_NUMBER_TYPES


def example_numbers() -> Iterator[tuple[str, int, str]]:
    """Region, type and E.164 of every example number that the library knows."""
    for region in phonenumbers.SUPPORTED_REGIONS:
        for kind in PhoneNumberType.values():
            if number := example_number_for_type(region, kind):
                yield region, kind, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    for code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS:
        if number := example_number_for_non_geo_entity(code):
            kind = phonenumbers.number_type(number)
            yield "001", kind, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
