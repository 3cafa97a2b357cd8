import dataclasses
import re
from datetime import date

import pytest

from routing.calendars import HolidayZone
from routing.hours import Span
from routing.messages import WhenNone
from routing.plan import Plan, Slot
from routing.plan_text import MAX_BYTES, PlanError, parse


def refused(text: str) -> str:
    with pytest.raises(PlanError) as error:
        parse(text)
    assert error.value.problems
    for line in str(error.value).splitlines():
        assert re.match(r"plan\.yaml:[1-9][0-9]*: .+", line)
    return str(error.value)


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


def test_the_seed_is_a_plan(seed: Plan):
    number = seed.numbers[0]
    assert (number.public, number.landing, number.language) == ("+33199000000", ("+33199000000",), "fr")
    assert seed.timezone.key == "Europe/Paris"
    assert seed.hours[number.hours].week == ((Span(0, 1440),),) * 7
    assert seed.slots == {"daily": Slot("daily", WhenNone.LAST, 90)}
    assert (seed.menus["main"].first_key_s, seed.menus["main"].tries) == (6, 3)


def test_a_call_finds_its_number_by_where_it_landed(seed: Plan):
    assert seed.number_landing_at("+33199000000") is seed.numbers[0]
    assert seed.number_landing_at("+33199000009") is None


def test_a_plan_cannot_be_changed(seed: Plan):
    with pytest.raises(dataclasses.FrozenInstanceError):
        seed.country = "BE"
    with pytest.raises(TypeError):
        seed.menus["main"] = None
    with pytest.raises(TypeError):
        seed.numbers[0].greeting["fr"] = ""


def test_the_commented_examples_of_the_seed_are_right(seed_text: str):
    plan = parse(re.sub(r'^  # ("\+33899|office:|  )', r"  \1", seed_text, flags=re.M))
    office = plan.hours["office"]
    assert plan.number_landing_at("+33199000001").public == "+33899000000"
    assert office.holidays is HolidayZone.METROPOLITAN
    assert office.week[0] == (Span(540, 750), Span(810, 1080))
    assert office.exceptions[date(2030, 12, 31)] == ()


# What is replaced, by what, and a part of the reason. The line is the one of the replaced words.
WRONG = [
    ("{to: staff, fr", "{to: staf, fr", "'staf' is not a destination; choose staff, callback, voicemail or goodbye"),
    ("menu: main", "menu: mian", "'mian' is not a menu of this plan; choose main"),
    ("hours: always", "hours: often", "'often' is not a calendar"),
    ('"3": {play: daily', '"3": {play: weekly', "'weekly' is not a slot of this plan; choose daily"),
    ("language: fr", "language: de", "'de' is not a language; choose fr or en"),
    ("timezone: Europe/Paris", "timezone: Europe/Pariss", "is not a time zone"),
    ("timezone: Europe/Paris", "timezone: ../../etc/passwd", "is not a time zone"),
    ("timezone: Europe/Paris", "timezone: Europe", "is not a time zone"),
    ("country: FR", "country: XX", "is not a country"),
    ('"+33199000000":', '"0199000000":', "write +33199000000"),
    ('"+33199000000":', '"+3312":', "is not an international number"),
    ('["+33199000000"]', "[0199000000]", "write +33199000000"),
    ('["+33199000000"]', '["+33199000000", "+33199000000"]', "already a landing number"),
    ('["+33199000000"]', '"+33199000000"', "needs a list"),
    ('["+33199000000"]', "[]", "needs a list"),
    ('"2": {to', '"1": {to', "'1' is given twice"),
    ('"2": {to', '"12": {to', "'12' is not a key of a telephone"),
    ('"2": {to', '"A": {to', "'A' is not a key of a telephone"),
    ('"2": {to', '"٢": {to', "is not a key of a telephone"),
    ('"2": {to: callback', '"2": {to: callback, play: daily', "exactly one of"),
    ('"2": {to: callback,', '"2": {', "exactly one of"),
    ('"*": {repeat: true}', '"*": {repeat: false}', "can only be true"),
    ('"*": {repeat: true}', "*: {repeat: true}", "write them in quotes"),
    ('"0": {to: staff}', '"0": {to: staff, say: "Bonjour"}', "'say' is not known here"),
    (', en: "To be called back"', "", "in one language only"),
    ('en: "To be called back"', 'en: ""', "needs a value"),
    ('en: "To be called back"', 'en: "  "', "is empty"),
    ('en: "To be called back"', "en: ~", "needs a value"),
    ('en: "To be called back"', 'en: "a\\tb"', "invisible character"),
    ('en: "To be called back"', 'en: "a\\u202eb"', "invisible character"),
    ('en: "To be called back"', f'en: "{"x" * 501}"', "longer than 500"),
    ('en: "To be called back"', 'en: "\\UFFFFFFFF"', "too large"),
    ('en: "To be called back"', 'en: "\x07"', "no text may hold"),
    ("lost: staff", "lost: goodbye", "never hangs up"),
    ("lost: staff", "lost:", "needs a value"),
    ("tries: 3", "tries: 4", "needs 3 different wordings"),
    ("tries: 3", "tries: 1", "from 2 to 5"),
    ("first_key_s: 6", "first_key_s: 0x6", "is not a whole number of seconds"),
    ("first_key_s: 6", "first_key_s: 6.5", "is not a whole number of seconds"),
    ("ring_s: 20", "ring_s: 1_0", "is not a whole number of seconds"),
    ("ring_s: 20", "ring_s: -20", "is not a whole number of seconds"),
    ("strategy: rrmemory", "strategy: roundrobin", "is not a queue strategy"),
    ("when_none: last", "when_none: never", "choose last or sentence"),
    ("mon-sun: 00:00-24:00", "mon-fri: 12:00-09:00", "ends before it begins"),
    ("mon-sun: 00:00-24:00", "mon-fri: 22:00-06:00", "then 00:00-06:00 the next day"),
    ("mon-sun: 00:00-24:00", "mon-fri: 09:00-12:00, 11:00-13:00", "overlaps"),
    ("mon-sun: 00:00-24:00", "mon-fri: 13:00-14:00, 09:00-12:00", "out of order"),
    ("mon-sun: 00:00-24:00", "mon-fri: 09:00-24:30", "not a time of day"),
    ("mon-sun: 00:00-24:00", "mon-fri: 09:61-12:00", "not a time of day"),
    ("mon-sun: 00:00-24:00", "mon-fri: 9h-12h", "is not a time span"),
    ("mon-sun: 00:00-24:00", "mon-fri: 09:00", "is not a time span"),
    ("mon-sun: 00:00-24:00", "fri-mon: 09:00-12:00", "runs backwards"),
    ("mon-sun: 00:00-24:00", "lundi: 09:00-12:00", "is not a day"),
    ("mon-sun: 00:00-24:00", "mon-: 09:00-12:00", "is not a day"),
    ("mon-sun: 00:00-24:00", "{mon-fri: 09:00-12:00, fri: 09:00-10:00}", "fri is given twice"),
    ("  daily:", "  Daily Message:", "is not a name"),
    ("  main:", "  main: &main", "have another meaning"),
    ("country: FR", "country: !!str FR", "a tag"),
    ("country: FR", "country: !!python/name:os.system", "a tag"),
    ("country: FR", "country: [FR]", "needs a value"),
    ("country: FR", "country: FR\n---", "a second document"),
]


@pytest.mark.parametrize(("words", "others", "reason"), WRONG)
def test_a_wrong_plan_is_refused_with_the_line_and_the_reason(seed_text: str, words: str, others: str, reason: str):
    assert words in seed_text
    told = refused(seed_text.replace(words, others, 1))
    line = line_of(seed_text, words)
    assert any(reason in problem for problem in told.splitlines()), told
    if others.endswith("---"):
        line += 1
    if not words.startswith("tries"):  # told where the wordings are
        assert any(re.match(rf"plan\.yaml:{line}: .*{re.escape(reason)}", problem) for problem in told.splitlines()), (
            told
        )


def test_a_misspelt_destination_is_told_as_a_person_would(seed_text: str):
    line = line_of(seed_text, "{to: staff, fr")
    assert refused(seed_text.replace("{to: staff, fr", "{to: staf, fr")) == (
        f"plan.yaml:{line}: menus.main.keys.1.to: 'staf' is not a destination; "
        "choose staff, callback, voicemail or goodbye"
    )


def test_several_problems_are_told_at_once_in_the_order_of_the_lines(seed_text: str):
    told = refused(seed_text.replace("{to: staff, fr", "{to: staf, fr").replace("FR", "France").replace("20 ", "x "))
    assert [re.search(r": ([a-z_]+)", line)[1] for line in told.splitlines()] == ["country", "menus", "staff"]


@pytest.mark.parametrize("part", ["timezone", "country", "numbers", "menus", "hours", "slots", "staff"])
def test_each_part_of_a_plan_must_be_there(seed_text: str, part: str):
    assert f"lacks {part}" in refused(re.sub(rf"^{part}:", "gone:", seed_text, flags=re.M))


@pytest.mark.parametrize("end", ["wrong", "silence", "lost"])
def test_a_menu_states_its_three_bad_ends(seed_text: str, end: str):
    told = refused(re.sub(rf"    {end}:.*\n(      .*\n|           .*\n)*", "", seed_text))
    assert told == f"plan.yaml:{line_of(seed_text, '  main:')}: menus.main: lacks {end}"


def test_a_menu_without_a_way_to_a_person_is_refused(seed_text: str):
    alone = seed_text.replace("{to: staff", "{to: voicemail")
    assert "menus.main.keys: no key leads to a person" in refused(alone)


def test_a_menu_that_says_nothing_is_refused(seed_text: str):
    silent = re.sub(r'      "[1-4]": .*\n', "", seed_text)
    assert "the caller would hear nothing" in refused(silent)


def test_two_wordings_alike_are_refused(seed_text: str):
    twice = seed_text.replace("Voici de nouveau les choix.", "X").replace("Prenez votre temps. X", "A")
    twice = re.sub(r'"A",\s+"[^"]*"', '"A", "A"', twice)
    assert "menus.main.silence.fr: needs 2 different wordings" in refused(twice)


def test_a_landing_number_belongs_to_one_number_only(seed_text: str):
    number = seed_text[seed_text.index('  "+33199000000":') : seed_text.index("  # A special-rate number")]
    both = seed_text.replace(number, number + number.replace('"+33199000000":', '"+33899000000":'))
    assert "numbers.+33899000000.landing[1]: +33199000000 is already" in refused(both)


def test_the_same_name_twice_is_refused_even_in_another_writing(seed_text: str):
    assert "'1' is given twice" in refused(seed_text.replace('      "2": {to', "      1: {to"))


# YAML reads these unquoted words as numbers, truth values or nothing; here they are what was written.
TRAPS = [
    ('"1": {to', "1: {to"),
    ('"0": {to', "0: {to"),
    ('"+33199000000":', "+33199000000:"),
    ('["+33199000000"]', "[+33199000000]"),
    ("{repeat: true}", "{repeat: yes}"),
    ("mon-sun: 00:00-24:00", 'mon-sun: "00:00-24:00"'),
]


@pytest.mark.parametrize(("words", "others"), TRAPS)
def test_a_word_is_what_was_written_with_quotes_or_without(seed: Plan, seed_text: str, words: str, others: str):
    assert words in seed_text
    assert parse(seed_text.replace(words, others, 1)) == seed


def test_a_text_may_be_a_word_that_yaml_takes_for_something_else(seed_text: str):
    plan = parse(seed_text.replace('en: "To be called back"', "en: no"))
    assert plan.menus["main"].choices[1].texts["en"] == "no"


def test_norway_is_a_country(seed_text: str):
    assert parse(seed_text.replace("country: FR", "country: NO")).country == "NO"


def test_french_spaces_before_a_question_mark_are_part_of_the_text(seed_text: str):
    assert (
        parse(seed_text.replace("Bonjour,", "Bonjour\u00a0! \u202f?"))
        .numbers[0]
        .greeting["fr"]
        .startswith("Bonjour\u00a0!")
    )


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "# only a remark",
            "a",
            "[]",
            "{}",
            "- a",
            "a: b",
            "\t",
            "...",
            "---",
            "null",
            "&a [*a]",
            "a: *b",
            "? ? ?",
        ),
        *("[" * 5000, "{a: " * 5000, "- " * 5000, "\ud800", "\x00", "a: |\n\tb", "%YAML 9.9\n---\na: b", "!!binary x"),
        "&a [&b [*a, *a], *b]",
        "x" * (MAX_BYTES + 1),
        "é" * (MAX_BYTES // 2 + 1),
        "%YAML 1." + "9" * 5000 + "\n---\na: b",
    ],
)
def test_what_is_no_plan_at_all_is_refused_with_a_line(text: str):
    refused(text)


def test_the_source_is_named():
    with pytest.raises(PlanError, match=r"^plan version 3:1: the plan is empty$"):
        parse("", source="plan version 3")


def test_a_slot_may_leave_everything_to_its_defaults(seed_text: str):
    plain = re.sub(r"  daily:\n.*\n.*\n", "  daily:\n", seed_text)
    assert parse(plain).slots["daily"] == Slot("daily")


def test_a_file_written_elsewhere_with_other_line_ends_is_the_same_plan(seed: Plan, seed_text: str):
    assert parse("\ufeff" + seed_text.replace("\n", "\r\n")) == seed
