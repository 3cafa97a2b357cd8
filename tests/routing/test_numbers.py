"""Telephone numbers: parsing, forms on trunks, display and masking."""

import re

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from routing.numbers import (
    NumberKind,
    format_number,
    is_country,
    is_presentable,
    list_number_forms,
    mask_number,
    number_kind,
    parse_caller_number,
    parse_ordinary_number,
    parse_typed_number,
)

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
DEPARTMENTS = {"GP": 590, "GF": 594, "MQ": 596, "RE": 262, "YT": 262}
KINDS = [kind for name, kind in vars(PhoneNumberType).items() if name.isupper() and kind <= PhoneNumberType.UAN]


def examples(region: str, kinds=tuple(KINDS)) -> list[phonenumbers.PhoneNumber]:
    found = (phonenumbers.example_number_for_type(region, kind) for kind in kinds)
    return [number for number in found if number is not None]


@pytest.mark.parametrize(
    "typed",
    [
        "0639980012",
        "0033639980012",
        "+33639980012",
        "33639980012",
        "06 39 98 00 12",
        "+33 (0)6.39.98.00.12",
        "639980012",
    ],
)
def test_each_form_of_a_number_gives_the_same_e164(typed):
    assert parse_caller_number(typed) == "+33639980012"


def test_the_prefix_0033_gives_the_same_e164():
    assert parse_caller_number("0033199001234") == parse_caller_number("0199001234") == "+33199001234"


@pytest.mark.parametrize(
    ("national", "e164"),
    [
        ("0262123456", "+262262123456"),
        ("0263123456", "+262263123456"),
        ("0692123456", "+262692123456"),
        ("0693123456", "+262693123456"),
        ("0269123456", "+262269123456"),
        ("0639123456", "+262639123456"),
        ("0590123456", "+590590123456"),
        ("0690123456", "+590690123456"),
        ("0691123456", "+590691123456"),
        ("0594123456", "+594594123456"),
        ("0694123456", "+594694123456"),
        ("0596123456", "+596596123456"),
        ("0696123456", "+596696123456"),
        ("0697123456", "+596697123456"),
        ("0598712345", "+590598712345"),
        ("0268812345", "+262268812345"),
        ("0939512345", "+590939512345"),
        ("0939612345", "+594939612345"),
        ("0939701234", "+596939701234"),
        ("0939801234", "+262939801234"),
        ("0947912345", "+262947912345"),
        ("0976012345", "+590976012345"),
        ("0976412345", "+594976412345"),
        ("0976612345", "+596976612345"),
        ("0976912345", "+262976912345"),
        ("0708412345", "+508708412345"),
    ],
)
def test_an_overseas_department_has_its_own_country_code(national, e164):
    presented = (national, e164, e164[1:], f"00{e164[1:]}", f"+33{national[1:]}", f"33{national[1:]}")
    assert {parse_caller_number(form) for form in presented} == {e164}
    assert national in list_number_forms(e164)


def test_numbers_of_saint_pierre_et_miquelon_have_six_digits_after_their_country_code():
    spelled = ("0508411234", "+508411234", "508411234", "00508411234", "+33508411234", "33508411234", "+508508411234")
    assert {parse_caller_number(form) for form in spelled} == {"+508411234"}
    assert parse_caller_number("411234", "PM") == "+508411234"
    assert parse_caller_number("0508011234") is None
    assert "0508411234" in list_number_forms("+508411234")
    assert format_number("+508411234") == "0508 41 12 34"


def test_a_number_that_the_library_knows_overseas_is_overseas_under_a_code_that_it_gives():
    """Every block of a thousand at an edge of a block, and one of each ten thousand."""
    codes = {"GP": 590, "BL": 590, "MF": 590, "MQ": 596, "GF": 594, "RE": 262, "YT": 262, "PM": 508}
    found = {}
    for prefix in (*range(10_000, 80_000, 7), *range(70_800, 71_000), *range(93_900, 94_000), *range(94_700, 94_800)):
        significant = f"{prefix}1234"
        numbers = {code: phonenumbers.PhoneNumber(code, int(significant)) for code in set(codes.values())}
        valid = {code for code, number in numbers.items() if phonenumbers.is_valid_number(number)}
        if valid:
            found[significant] = parse_caller_number(f"0{significant}")
            assert found[significant] in {f"+{code}{significant}" for code in valid}
    assert len(found) > 200


@pytest.mark.parametrize(
    ("spelled", "e164"),
    [
        ("07001234567890", "+337001234567890"),
        ("+337001234567890", "+337001234567890"),
        ("00337001234567890", "+337001234567890"),
        ("337001234567890", "+337001234567890"),
        ("09011234567890", "+339011234567890"),
        ("0700512345678", "+590700512345678"),  # 13 digits overseas
        ("+590700512345678", "+590700512345678"),
    ],
)
def test_a_machines_number_of_extended_length_is_read(spelled: str, e164: str):
    assert parse_caller_number(spelled) == e164
    assert number_kind(spelled) is NumberKind.MACHINE
    assert not is_presentable(e164)
    assert parse_caller_number(list_number_forms(e164)[-1]) == e164


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("0639980001", NumberKind.METROPOLITAN),
        ("+33976312345", NumberKind.OVERSEAS),
        ("+508411234", NumberKind.OVERSEAS),
        ("0692123456", NumberKind.OVERSEAS),
        ("0899000000", NumberKind.SPECIAL),
        ("+441632960000", NumberKind.FOREIGN),
        ("3949", NumberKind.SHORT),
        ("118 218", NumberKind.SHORT),
        ("15", NumberKind.SHORT),
        ("anonymous", None),
        (None, None),
    ],
)
def test_a_callers_number_has_a_kind(raw: str | None, kind: NumberKind | None):
    assert number_kind(raw) is kind


@pytest.mark.parametrize(
    "raw",
    [
        "\u202a+33 6 39 98 00 01\u202c",  # as a contact's page on a telephone copies it
        "\ufeff06\u00a039\u202f98\u200900\u200b01",
        "06\u201139\u201098\u201300\u201401",
        "06\u221239\u00b798\u202200\u204401",
        "06\u00ad39980001",
        "０６３９９８０００１",
        "＋３３（０）６　３９－９８－００－０１",
        "0\ufe0f\u20e36\ufe0f\u20e339980001",
    ],
)
def test_invisible_and_typographic_characters_are_read(raw: str):
    assert parse_caller_number(raw) == parse_typed_number(raw) == "+33639980001"


@pytest.mark.parametrize(
    "typed",
    [
        *("tel:+33199001234", "TEL:0199001234", "tel:+33-1-99-00-12-34;ext=12", "tel:%2B33199001234"),
        *("tel:199001234;phone-context=+33", "tel:0199001234;phone-context=example.org"),
        *("01 99 00 12 34 poste 12", "01 99 00 12 34 (poste 12)", "01 99 00 12 34\u00a0– poste n° 12", "0199001234#12"),
        *("01 99 00 12 34, ext. 12", "0199001234x12", "Tél. : 01 99 00 12 34", "tel 01 99 00 12 34", "☎ 0199001234"),
        *(
            "☎\ufe0f 01 99 00 12 34",
            "📱 : 01 99 00 12 34",
            "N° 01 99 00 12 34",
            "Mob. : 01 99 00 12 34",
            "GSM 0199001234",
        ),
        *("\t01 99 00 12 34\r\n", "01 99 00 12 34 ＰＯＳＴＥ １２"),
        *("callto:+33199001234", "callto://0199001234", "0199001234,,12#", "+33 1 99 00 12 34;12", "0199001234w12"),
        *("sip:+33199001234@example.org", "sips:0199001234;phone-context=x@192.0.2.1:5061;user=phone"),
        *('"Accueil" <sip:0199001234@example.org>', "sip:+33199001234:secret@example.org?subject=x"),
        *("٠١ ٩٩ ٠٠ ١٢ ٣٤", "+۳۳۱۹۹۰۰۱۲۳۴", "०१९९००१२३४"),
    ],
)
def test_what_people_write_around_a_number_is_understood(typed: str):
    assert parse_typed_number(typed) == "+33199001234"


@pytest.mark.parametrize(
    "typed",
    [
        "poste 12",
        "tel:",
        "0199001234 poste",
        "0199001234 ou 0199001235",
        "0199001234\r\nX: 1",
        "12 poste 12",
        "sip:accueil@example.org",
        "sip:@x",
        "sip:0199001234",
        "callto:accueil",
        "0199001234,",
        "01990012²4",
        "sip:0199001234@a@b",
    ],
)
def test_a_text_with_more_than_a_number_and_its_extension_is_not_one(typed: str):
    assert parse_typed_number(typed) is None


def test_fictional_mobile_numbers_inside_mayottes_range_are_metropolitan():
    assert parse_caller_number("0639980000") == "+33639980000"
    assert parse_caller_number("0639970000") == "+262639970000"


def test_a_trunk_in_reunion_presents_metropolitan_and_local_numbers_alike():
    assert parse_caller_number("0639980012", "RE") == "+33639980012"
    assert parse_caller_number("0262123456", "RE") == "+262262123456"
    assert parse_caller_number("262262123456", "RE") == "+262262123456"


@pytest.mark.parametrize("typed", ["+44 1632 960000", "0044 1632 960000", "00441632960000", "+44-1632-960000"])
def test_a_foreign_number_keeps_its_country(typed):
    assert parse_caller_number(typed) == "+441632960000"


def test_a_foreign_number_without_plus_or_prefix_is_not_accepted():
    assert parse_caller_number("441632960000") is None


@pytest.mark.parametrize("region", ["FR", "GP", "GF", "MQ", "RE", "YT"])
def test_each_kind_of_french_number_is_read_in_each_form(region):
    for number in examples(region):
        e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        assert parse_caller_number(e164) == e164
        assert parse_caller_number(f"00{e164[1:]}") == e164


@pytest.mark.parametrize("region", DEPARTMENTS)
def test_overseas_landlines_and_mobiles_are_read_in_national_form(region):
    for number in examples(region, (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE)):
        e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        assert number.country_code == DEPARTMENTS[region]
        assert parse_caller_number(f"0{number.national_number}") == e164


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_a_landline_of_each_country_is_read(region):
    number = phonenumbers.example_number(region)
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    assert parse_caller_number(e164) == e164
    assert parse_caller_number(f"00{e164[1:]}") == e164


@pytest.mark.parametrize(
    "raw",
    [
        *(None, "", " ", "anonymous", "Anonymous", "unavailable", "restricted", "unknown", "private", "asterisk"),
        *(
            "0",
            "1",
            "15",
            "112",
            "3949",
            "36",
            "0123",
            "+",
            "+33",
            "+0",
            "00",
            "+33000000000",
            "+33000000001",
            "0000000001",
            "0000000000",
        ),
        *("+11111111111", "9" * 15, "1" * 30, "+999123456789", "+" + "3" * 40, "01990000000000000"),
        *("0199000000;ext=12", "+33199000000;ext=1", "+33199000000;phone-context=x", "tel:+33199000000"),
        *("sip:0199000000@evil", "0199000000@x", "*31#0199000000", "0199000000#", "0199000000w1", "0800ANGELS"),
        *("٠١٩٩٠٠٠٠٠٠", "01990000²0"),
        *('0199000000"', "0199000000\n", "0199000000\r\nX-Evil: 1", "0199000000\x00", "'; DROP TABLE e164; --"),
        *("${SHELL(id)}", "0199000000,EVIL=1", "++33199000000", "+33+199000000", "\ud800", "🙂" * 10),
    ],
)
def test_a_caller_id_without_a_usable_number_gives_none(raw):
    assert parse_caller_number(raw) is None


def test_surcharged_and_voip_numbers_are_read():
    assert parse_caller_number("0899000000") == "+33899000000"
    assert parse_caller_number("0970000000") == "+33970000000"


digits = st.text("0123456789", min_size=3, max_size=16)
presented = st.builds(
    str.__add__, st.sampled_from(["", "+", "0", "00", "0033", "+33", "33", "+262", "+39", "+375"]), digits
)


@given(st.one_of(st.text(), presented), st.sampled_from(["FR", "RE", "GB", "IT", "US"]))
@example("0037580808063943", "FR")  # the library parses its own result differently
def test_reading_a_parsed_number_again_does_not_change_it(raw, country):
    e164 = parse_caller_number(raw, country)
    if e164 is not None:
        assert E164.fullmatch(e164)
        assert parse_caller_number(e164, country) == e164


@given(st.text(max_size=60), st.sampled_from(["FR", "GB"]))
def test_any_text_can_be_formatted_and_masked(text, country):
    assert format_number(text, country) is not None
    assert mask_number(text)


@given(presented)
def test_each_form_of_a_landing_number_is_read_as_the_same_number(raw):
    e164 = parse_caller_number(raw)
    if e164 is not None:
        forms = list_number_forms(e164)
        assert len(set(forms)) == len(forms)
        assert all(re.fullmatch(r"\+?[0-9]+", form) for form in forms)
        assert e164 in forms
        assert {parse_caller_number(form) for form in forms if form[0] in "+0"} == {e164}


def test_a_landing_number_has_four_forms_at_home_and_three_abroad():
    assert list_number_forms("+33199000000") == ("+33199000000", "33199000000", "0033199000000", "0199000000")
    assert list_number_forms("+33199000000", "GB") == ("+33199000000", "33199000000", "0033199000000")
    assert list_number_forms("+12025550123", "US") == ("+12025550123", "12025550123", "01112025550123", "2025550123")


def test_a_number_is_formatted_in_the_style_of_the_country():
    assert format_number("+33199000000") == "01 99 00 00 00"
    assert format_number("+33199000000", "GB") == "+33 1 99 00 00 00"
    assert format_number("+262692123456") == "0692 12 34 56"
    assert format_number("+441632960000") == "+44 1632 960000"


@given(presented)
def test_a_masked_number_shows_the_country_code_and_two_digits(raw):
    e164 = parse_caller_number(raw)
    if e164 is not None:
        code = str(phonenumbers.parse(e164).country_code)
        assert re.fullmatch(rf"\+{code}\*{{3,}}{e164[-2:]}", mask_number(e164))


def test_a_text_that_is_not_e164_is_masked_entirely():
    assert mask_number("0639980012") == mask_number("Jeanne") == mask_number("") == "***"


def test_countries_are_known_by_their_two_letters():
    assert is_country("FR") and is_country("RE")
    assert not is_country("France") and not is_country("fr") and not is_country("")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+33199000000", True),
        ("+33969000000", True),
        ("+441632960000", True),
        ("+33639980000", False),  # mobile
        ("+33712345678", False),
        ("+262692000000", False),
        ("+33899000000", False),  # surcharged
        ("+33820000000", False),
        ("anonymous", False),
    ],
)
def test_mobile_and_surcharged_numbers_are_not_presentable(number: str, expected: bool):
    assert is_presentable(number) is expected


@pytest.mark.parametrize("typed", ["06 39 98 00 01", "+33639980001", "0033 6 39 98 00 01"])
def test_an_ordinary_french_number_is_accepted(typed: str) -> None:
    assert parse_ordinary_number(typed) == "+33639980001"


@pytest.mark.parametrize(
    "typed",
    ["0899000000", "+33899000000", "3699", "15", "112", "0262 00 00 01", "+44 1632 960000", "+870773111632", "", None],
)
def test_special_rates_short_codes_and_other_countries_are_not_ordinary(typed: str | None) -> None:
    assert parse_ordinary_number(typed) is None
