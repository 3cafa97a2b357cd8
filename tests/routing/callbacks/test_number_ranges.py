"""The numbers that may be called back: an allow-list, which the dialplan checks again."""

import re

import phonenumbers
import pytest
from example_numbers import RANGE_OF, example_numbers, may_be_called
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType, example_number_for_type
from unbroken_spaces import with_ordinary_spaces

from routing.callbacks.number_ranges import (
    NUMBER_RANGES,
    NotCallableError,
    NotCallableReason,
    dialplan_regex,
    is_in_ranges,
    parse_callable_number,
    read_callable_number,
)
from routing.french_numbering import COUNTRY_CODES, Territory, find_territory, number_pattern
from routing.numbers import parse_caller_number, parse_ordinary_number
from translations.catalogues import LANGUAGES

METROPOLITAN = ("metropolitan",)
OURS = ("+33199000000", "+33899000000")
EXAMPLES = sorted(example_numbers())


def parse(raw: str, ranges: tuple[str, ...] = METROPOLITAN) -> str | NotCallableReason:
    try:
        return parse_callable_number(raw, "FR", ranges, OURS)
    except NotCallableError as refused:
        assert all(refused.message.in_language(language) for language in LANGUAGES)
        return refused.reason


def dialplan_accepts(line: str, ranges: tuple[str, ...]) -> bool:
    return re.fullmatch(dialplan_regex(ranges), line.removeprefix("+")) is not None


@pytest.mark.parametrize("ranges", [METROPOLITAN, tuple(NUMBER_RANGES)], ids=["metropolitan", "all"])
def test_of_all_example_numbers_only_those_of_allowed_ranges_are_accepted(ranges: tuple[str, ...]) -> None:
    wrong = []
    for region, kind, e164 in EXAMPLES:
        for raw in (e164, "00" + e164[1:]):
            got = parse(raw, ranges)
            allowed = may_be_called(region, kind, ranges)
            if not isinstance(got, NotCallableReason) and not (allowed and dialplan_accepts(got, ranges)):
                wrong.append((region, kind, raw, got))

    assert wrong == []
    assert len(EXAMPLES) > 1_300


@pytest.mark.parametrize(("region", "name"), RANGE_OF.items())
def test_a_number_is_accepted_in_its_own_range_only(region: str, name: str) -> None:
    for kind in (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE):
        number = example_number_for_type(region, kind)
        raw = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        others = tuple(other for other in NUMBER_RANGES if other != name)

        line = parse(raw, (name,))
        assert not isinstance(line, NotCallableReason)
        assert dialplan_accepts(line, (name,))
        assert parse(raw, others) is NotCallableReason.ABROAD
        assert not dialplan_accepts(line, others)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        *(("0899 00 00 01", "premium"), ("0800 00 00 01", "premium"), ("+33 8 20 00 00 01", "premium")),
        *(("+979123456789", "premium"), ("0032 90012345", "premium")),
        *(("3631", "short"), ("118 218", "short"), ("1", "short")),
        *(("15", "emergency"), ("112", "emergency"), ("116 117", "emergency"), ("911", "emergency")),
        *(("+44 7700 900123", "abroad"), ("00 1 876 555 0100", "abroad"), ("+377 6 12 34 56 78", "abroad")),
        *(("0262 16 12 34", "abroad"), ("0690 00 12 34", "abroad"), ("0639 01 23 45", "abroad")),
        *(("+33 690 00 12 34", "abroad"), ("+33 262 16 12 34", "abroad")),
        *(("+870 772 111 111", "satellite"), ("00881612345678", "satellite"), ("+882 16 12345678", "satellite")),
        *(("01 99 00 00 00", "own"), ("+33199000000", "own"), ("+33899000000", "own")),
        *(("07001234567890", "machine"), ("0976 01 23 45", "abroad"), ("0939 51 23 45", "abroad")),
        *(("0508 41 12 34", "abroad"), ("+33 708 41 23 45", "abroad"), ("０８９９００００01", "premium")),
        *(("06399800", "not-a-number"), ("", "not-a-number")),
        *(("0639980001\r\nAction: x", "not-a-number"), ("1" * 50, "not-a-number")),
    ],
)
def test_a_number_that_is_not_called_back_has_a_reason(raw: str, reason: str) -> None:
    assert parse(raw) == reason


@pytest.mark.parametrize(
    "raw",
    [
        *("06 39 98 00 01", "+33 (0)6 39 98 00 01", "0033639980001", "06.39.98.00.01", "０６３９９８０００１"),
        *(
            "tel:0639980001",
            "0639980001;ext=5",
            "06 39 98 00 01 poste 12",
            "\u202a06\u00a039\u201198\u201300\u202f01\u202c",
        ),
    ],
)
def test_a_number_is_rebuilt_from_its_digits(raw: str) -> None:
    assert parse(raw) == "+33639980001"


def test_an_overseas_number_is_accepted_where_the_plan_allows() -> None:
    assert parse("0262 16 12 34", ("metropolitan", "reunion")) == "+262262161234"
    assert parse("0690 00 12 34", ("guadeloupe",)) == "+590690001234"
    with pytest.raises(NotCallableError) as refused:
        parse_callable_number("0262161234", "FR", ("metropolitan", "belgium"), ())
    assert str(refused.value) == "Give a number in metropolitan France and Belgium: we cannot call others back."
    assert with_ordinary_spaces(refused.value.message.in_language("fr")) == (
        "Donnez un numéro de France métropolitaine et de Belgique : nous n'en rappelons pas d'autres."
    )


@given(st.text(max_size=30) | st.from_regex(r"\+?[0-9 ().-]{1,20}", fullmatch=True))
def test_any_text_gives_either_a_number_of_the_allow_list_or_none(raw: str) -> None:
    line = parse(raw)
    assert isinstance(line, NotCallableReason) or dialplan_accepts(line, METROPOLITAN)
    assert isinstance(line, NotCallableReason) or re.fullmatch(r"\+33[1-79][0-9]{8}", line)


def test_an_extension_is_kept_beside_the_number() -> None:
    found = read_callable_number("01 99 00 12 34 poste 12", "FR", METROPOLITAN, ())
    assert (found.line, found.extension) == ("+33199001234", "12")


def test_forms_agents_and_the_dialplan_agree_on_every_block_of_numbers() -> None:
    """Blocks of the French plan under each of its country codes, their edges, and examples of all countries."""
    agents = re.compile(dialplan_regex(METROPOLITAN))
    everything = re.compile(dialplan_regex(tuple(NUMBER_RANGES)))
    blocks = (
        f"{prefix:05}1234" for prefix in (*range(10_000, 99_999, 61), *range(70_800, 70_950), *range(93_940, 94_000))
    )
    blocks = {*blocks, *(f"{prefix}12" for prefix in (6_399_799, 6_399_800, 6_399_899, 6_399_900))}
    numbers = {f"+33{block}" for block in blocks} | {e164 for _, _, e164 in EXAMPLES[::6]}
    numbers |= {f"+{code}{block}" for code in (262, 508, 590, 594, 596) for block in sorted(blocks)[::20]}
    disagreements = []
    for number in sorted(numbers):
        line = parse_caller_number(number)
        for regex, ranges in ((agents, METROPOLITAN), (everything, tuple(NUMBER_RANGES))):
            dialled = line is not None and regex.fullmatch(line[1:]) is not None
            form = not isinstance(parse(number, ranges), NotCallableReason)
            agent = line is not None and is_in_ranges(line, ranges)
            if len({dialled, form, agent}) > 1 and line not in OURS:
                disagreements.append((number, dialled, form, agent))
        if (parse_ordinary_number(number) is not None) != (line is not None and agents.fullmatch(line[1:]) is not None):
            disagreements.append((number, "agent"))
    assert disagreements == []
    assert len(numbers) > 700


def test_each_block_of_ten_thousand_numbers_is_in_the_pattern_of_its_territory_only() -> None:
    patterns = {territory: re.compile(number_pattern(territory)) for territory in Territory}
    for prefix in range(10_000, 100_000):
        block = f"{prefix}2345"
        matching = {
            territory
            for territory, code in COUNTRY_CODES.items()
            if patterns[territory].fullmatch(code + block.removeprefix("508" if code == "508" else ""))
        }
        territory = find_territory(block)
        if block[3] in "01" and block.startswith("508"):
            continue  # no subscriber's number begins so
        assert matching == ({territory} if territory else set()), block


@pytest.mark.parametrize(
    "line", ["33976012345", "33939512345", "33508411234", "33708412345", "33700123456", "33690001234"]
)
def test_the_dialplan_refuses_an_overseas_number_under_the_metropolitan_code(line: str) -> None:
    assert not dialplan_accepts(line, METROPOLITAN)


def test_asterisk_can_read_the_pattern_of_the_dialplan() -> None:
    assert re.fullmatch(r"[\^$()|\[\]{},0-9-]+", dialplan_regex(tuple(NUMBER_RANGES)))
    assert len(dialplan_regex(tuple(NUMBER_RANGES))) < 2_000  # Asterisk expands 4,096 characters at most
