"""A plan is parsed, or refused with each problem and its line."""

import dataclasses
import re
from datetime import date, time

import pytest

from routing.approval import Approval
from routing.centres.contract import CentreContract
from routing.hours.opening_hours import Span, SpecialDay
from routing.hours.public_holidays import HolidayZone
from routing.key_wait import WhileChoosing
from routing.messages import NoMessagePolicy
from routing.plan.errors import PlanError
from routing.plan.model import (
    OTHER_LANGUAGES_LEVEL,
    Announcement,
    EscalationStep,
    OverflowCentre,
    OverflowPlan,
    OverflowTrigger,
    Plan,
    PriceNoticeSource,
    QueueAnnouncements,
)
from routing.plan.parsing import MAX_BYTES, parse_plan, parse_tree
from routing.plan.reading import list_renamed_keys


def refusal(text: str) -> str:
    with pytest.raises(PlanError) as error:
        parse_plan(text)
    assert error.value.problems
    for line in str(error.value).splitlines():
        assert re.match(r"plan\.yaml:[1-9][0-9]*: .+", line)
    return str(error.value)


def with_examples(default_plan_text: str) -> str:
    """The default plan with its commented examples."""
    inner = re.sub(r'^  # ("\+33899|office:|questions:|relax:|  )', r"  \1", default_plan_text, flags=re.M)
    sections = "organisation:|staff_line:|overflow:|callbacks:|retention:|satisfaction:|requests:|  "
    return re.sub(rf"^# ({sections})", r"\1", inner, flags=re.M)


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


def test_the_default_plan_is_valid(default_plan: Plan):
    number = default_plan.numbers[0]
    assert (number.e164, number.landing_numbers, number.language) == ("+33199000000", ("+33199000000",), "fr")
    assert default_plan.timezone.key == "Europe/Paris"
    assert default_plan.hours[number.hours].week == ((Span(0, 1440),),) * 7
    assert default_plan.announcements == {"daily": Announcement("daily", NoMessagePolicy.KEEP_LAST, 90)}
    assert (default_plan.menus["main"].first_key_s, default_plan.menus["main"].tries) == (6, 3)


def test_a_number_is_found_by_its_landing_number(default_plan: Plan):
    assert default_plan.find_number_by_landing("+33199000000") is default_plan.numbers[0]
    assert default_plan.find_number_by_landing("+33199000009") is None


def test_a_plan_is_immutable(default_plan: Plan):
    with pytest.raises(dataclasses.FrozenInstanceError):
        default_plan.country = "BE"
    with pytest.raises(TypeError):
        default_plan.menus["main"] = None
    with pytest.raises(TypeError):
        default_plan.numbers[0].greeting["fr"] = ""


def test_the_commented_examples_of_the_default_plan_are_valid(default_plan_text: str):
    plan = parse_plan(with_examples(default_plan_text))
    office = plan.hours["office"]
    special = plan.find_number_by_landing("+33199000001")
    assert plan.staff_line == "+33199000009"
    assert (special.e164, special.surcharged, special.price_notice_source) == ("+33899000000", True, "application")
    assert office.holiday_zone is HolidayZone.METROPOLITAN
    assert office.week[0] == (Span(540, 750), Span(810, 1080))
    assert office.exceptions[date(2030, 12, 31)] == SpecialDay()
    assert office.exceptions[date(2031, 2, 3)].texts["en"] == "We are here after lunch only."
    assert {office.exceptions[date(2031, 8, day)].prompt_key for day in range(4, 18)} == {"exception-office-20310804"}
    assert plan.staff.escalation == (
        EscalationStep(2, 30),
        EscalationStep(3, 60),
        EscalationStep(OTHER_LANGUAGES_LEVEL, 90),
    )
    assert {rule.trigger for rule in plan.overflow.rules} == set(OverflowTrigger)
    assert tuple(dataclasses.replace(centre, contract=CentreContract()) for centre in plan.overflow.centres) == (
        OverflowCentre("north", "+33199000050", None, "+33199000000", 20),
        OverflowCentre("south", None, "south", "+33199000000", 20),
    )


# The words to replace, their replacement, and a part of the reason. The line is that of the replaced words.
WRONG = [
    (
        "{to: staff, fr",
        "{to: staf, fr",
        "'staf' is not a destination; choose staff, overflow, callback, voicemail or goodbye",
    ),
    ("menu: main", "menu: mian", "'mian' is not a menu of this plan; choose main"),
    ("hours: always", "hours: often", "'often' is not a calendar"),
    ('"3": {play: daily', '"3": {play: weekly', "'weekly' is not an announcement of this plan; choose daily"),
    ("language: fr", "language: de", "'de' is not a language that callers are served in; choose fr or en"),
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
    ('"2": {to', '"1": {to', "Key 1 is already used"),
    ('"2": {to', '"12": {to', "'12' is not a key of a telephone"),
    ('"2": {to', '"A": {to', "'A' is not a key of a telephone"),
    ('"2": {to', '"٢": {to', "is not a key of a telephone"),
    ('"2": {to: callback', '"2": {to: callback, play: daily', "exactly one of"),
    ('"2": {to: callback,', '"2": {', "exactly one of"),
    ('"*": {repeat: true}', '"*": {repeat: false}', "can only be true"),
    ('"*": {repeat: true}', "*: {repeat: true}", "write them in quotes"),
    ('"0": {to: staff}', '"0": {to: staff, say: "Bonjour"}', "'say' is not known here"),
    (', en: "To be called back"', "", "the text in English is missing"),
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
    ("mon-sun: 00:00-24:00", "{mon-fri: 09:00-12:00, fri: 09:00-10:00}", "fri is used twice"),
    ("  daily:", "  Daily Message:", "is not a name"),
    ("  main:", "  main: &main", "have another meaning"),
    ("country: FR", "country: !!str FR", "a tag"),
    ("country: FR", "country: !!python/name:os.system", "a tag"),
    ("country: FR", "country: [FR]", "needs a value"),
    ("country: FR", "country: FR\n---", "a second document"),
]


@pytest.mark.parametrize(("words", "others", "reason"), WRONG)
def test_a_wrong_plan_is_refused_with_the_line_and_the_reason(
    default_plan_text: str, words: str, others: str, reason: str
):
    assert words in default_plan_text
    problems = refusal(default_plan_text.replace(words, others, 1))
    line = line_of(default_plan_text, words)
    assert any(reason in problem for problem in problems.splitlines()), problems
    if others.endswith("---"):
        line += 1
    if not words.startswith("tries"):  # reported at the wordings
        assert any(
            re.match(rf"plan\.yaml:{line}: .*{re.escape(reason)}", problem) for problem in problems.splitlines()
        ), problems


def test_a_misspelt_destination_names_the_known_ones(default_plan_text: str):
    line = line_of(default_plan_text, "{to: staff, fr")
    assert refusal(default_plan_text.replace("{to: staff, fr", "{to: staf, fr")) == (
        f"plan.yaml:{line}: menus.main.keys.1.to: 'staf' is not a destination; "
        "choose staff, overflow, callback, voicemail or goodbye"
    )


def test_all_problems_are_reported_in_the_order_of_the_lines(default_plan_text: str):
    problems = refusal(
        default_plan_text.replace("{to: staff, fr", "{to: staf, fr").replace("FR", "France").replace("20 ", "x ")
    )
    assert [re.search(r": ([a-z_]+)", line)[1] for line in problems.splitlines()] == ["country", "menus", "staff"]


@pytest.mark.parametrize("part", ["timezone", "country", "numbers", "menus", "hours", "announcements", "staff"])
def test_each_required_part_is_reported_when_missing(default_plan_text: str, part: str):
    assert f"lacks {part}" in refusal(re.sub(rf"^{part}:", "gone:", default_plan_text, flags=re.M))


@pytest.mark.parametrize("end", ["wrong", "silence", "lost"])
def test_a_menu_needs_its_reprompts_and_its_fallback(default_plan_text: str, end: str):
    problems = refusal(re.sub(rf"    {end}:.*\n(      .*\n|           .*\n)*", "", default_plan_text))
    assert problems == f"plan.yaml:{line_of(default_plan_text, '  main:')}: menus.main: lacks {end}"


def test_a_menu_without_a_key_to_staff_is_refused(default_plan_text: str):
    alone = default_plan_text.replace("{to: staff", "{to: voicemail")
    assert "menus.main.keys: no key leads to a person" in refusal(alone)


def test_a_menu_without_spoken_keys_is_refused(default_plan_text: str):
    silent = re.sub(r'      "[1-4]": .*\n', "", default_plan_text)
    assert "the caller would hear nothing" in refusal(silent)


def test_two_equal_wordings_are_refused(default_plan_text: str):
    twice = default_plan_text.replace("Voici de nouveau les choix.", "X").replace("Prenez votre temps. X", "A")
    twice = re.sub(r'"A",\s+"[^"]*"', '"A", "A"', twice)
    assert "menus.main.silence.fr: needs 2 different wordings" in refusal(twice)


def test_a_landing_number_belongs_to_one_number_only(default_plan_text: str):
    number = default_plan_text[
        default_plan_text.index('  "+33199000000":') : default_plan_text.index("  # A special-rate number")
    ]
    both = default_plan_text.replace(number, number + number.replace('"+33199000000":', '"+33899000000":'))
    assert "numbers.+33899000000.landing[1]: +33199000000 is already" in refusal(both)


def test_a_repeated_key_is_refused_with_and_without_quotes(default_plan_text: str):
    assert "Key 1 is already used" in refusal(default_plan_text.replace('      "2": {to', "      1: {to"))


# YAML reads these unquoted words as numbers, booleans or null; a plan keeps them as they are written.
TRAPS = [
    ('"1": {to', "1: {to"),
    ('"0": {to', "0: {to"),
    ('"+33199000000":', "+33199000000:"),
    ('["+33199000000"]', "[+33199000000]"),
    ("{repeat: true}", "{repeat: yes}"),
    ("mon-sun: 00:00-24:00", 'mon-sun: "00:00-24:00"'),
]


@pytest.mark.parametrize(("words", "others"), TRAPS)
def test_a_word_means_the_same_with_and_without_quotes(
    default_plan: Plan, default_plan_text: str, words: str, others: str
):
    assert words in default_plan_text
    assert parse_plan(default_plan_text.replace(words, others, 1)) == default_plan


def test_a_text_may_be_a_word_that_yaml_reads_as_a_boolean(default_plan_text: str):
    plan = parse_plan(default_plan_text.replace('en: "To be called back"', "en: no"))
    assert plan.menus["main"].choices[1].texts["en"] == "no"


# The same, in the default plan with its examples.
ESCALATION = '["2 after 30", "3 after 60", "other languages after 90"]'
WRONG_EXAMPLES = [
    ("surcharged: true", "surcharged: maybe", "is neither true nor false"),
    ("price_notice: application", "price_notice: nobody", "choose operator or application"),
    ("open: 14:00-18:00", "open: 14h", "is not a time span"),
    ("{open: 14:00-18:00, ", "{", "lacks open"),
    (', en: "We are on holiday."', "", "the text in English is missing"),
    ("2030-12-31:", "2030-12-32:", "is not a date"),
    ("2030-12-31:", "31/12/2030:", "is not a date"),
    ("2030-12-31:", "1030-12-31:", "is not in a year from 2000 to 2100"),
    ("2030-12-31:", "2031-08-11:", None),
    ("2031-08-04 to 2031-08-17", "2031-08-17 to 2031-08-04", "runs backwards"),
    ("2031-08-04 to 2031-08-17", "2031-08-04 to 2033-08-17", "longer than 366 days"),
    ("2031-08-04 to 2031-08-17", "2031-08-04 to", "is not a date"),
    (ESCALATION, '["2 after 30", "3 after 20"]', "out of order"),
    (ESCALATION, '["2 after 30", "2 after 60"]', "out of order"),
    (ESCALATION, '["1 after 30"]', "write 2, 3 or other languages, and seconds"),
    (ESCALATION, '["2 after 300"]', "nobody waits longer than 300 seconds"),
    (ESCALATION, '["30"]', 'such as "2 after 30"'),
    (ESCALATION, '["other languages after 30", "2 after 60"]', "other languages last"),
    ("misses: 3", "misses: 21", "from 0 to 20"),
    ("offer_every_s: 30", "offer_every_s: 1", "seconds from 5 to 600"),
    ("announce_every_s: 30", "announce: 30", "choose offer_every_s or announce_every_s"),
    ("when: nobody-ready", "when: nobody", "is not a reason for overflow; choose nobody-logged-in"),
    ("when: nobody-ready", "value: 3", "lacks when"),
    ("when: closed", "when: closed, value: 3", "says it all; leave value out"),
    ("waiting-above, value: 10", "waiting-above", "needs a value: how many calls"),
    ("share-percent, value: 20", "share-percent, value: 120", "per cent from 1 to 100"),
    ("share-percent, value: 20", "share-percent, value: 0", "per cent from 1 to 100"),
    ("longest-wait-above-s, value: 90", "longest-wait-above-s, value: 300", "nobody waits longer than 300"),
    ("name: south", "name: North Star", "is not a name"),
    ("name: south", "name: north", "'north' is already the name of a centre"),
    ("name: south, sip: south", "name: south", "needs a number, or sip"),
    ("sip: south", 'sip: "south/x"', "is not a name"),
    ('number: "+33199000050"', 'number: "0199000050"', "write +33199000050"),
    ('caller_id: "+33199000000"', 'caller_id: "+33199000009"', "choose +33199000000 or +33199000001"),
    ('caller_id: "+33199000000"', 'caller_id: "+33899000000"', "is not a number of this plan that may be shown"),
    ('staff_line: "+33199000009"', 'staff_line: "0199000009"', "write +33199000009"),
    ('staff_line: "+33199000009"', 'staff_line: "+33199000001"', "is a number for callers"),
    ("ring_s: 20           #", "ring_s: 3           #", "seconds from 5 to 120"),
    ("voicemail: 365", "voicemail: 0", "days from 1 to 3650"),
    ("satisfaction: 180", "satisfied: 180", "is not known here"),
]


@pytest.mark.parametrize(("words", "others", "reason"), WRONG_EXAMPLES)
def test_a_wrong_example_is_refused_with_the_line_and_the_reason(default_plan_text, words, others, reason):
    text = with_examples(default_plan_text)
    assert words in text
    problems = refusal(text.replace(words, others, 1))
    line = line_of(text, words)
    if reason is None:  # reported at the range that includes it
        line, reason = line_of(text, "2031-08-04 to"), "2031-08-11 is used twice"
    assert any(re.match(rf"plan\.yaml:{line}: .*{re.escape(reason)}", problem) for problem in problems.splitlines()), (
        problems
    )


def test_the_optional_parts_may_be_left_out(default_plan_text: str):
    plan = parse_plan(re.sub(r"^waiting:\n(  .*\n)+|^  misses: .*\n", "", default_plan_text, flags=re.M))
    assert plan.waiting == QueueAnnouncements(offer_every_s=30, announce_every_s=30)
    assert plan.overflow == OverflowPlan((), ())
    assert (plan.staff.escalation, plan.staff.max_missed_calls) == ((), 0)
    assert not plan.numbers[0].surcharged
    assert plan.numbers[0].price_notice_source is PriceNoticeSource.OPERATOR


@pytest.mark.parametrize(
    ("words", "others", "reason"),
    [
        ("  surcharged: true", "  surcharged: false", "is not surcharged; write surcharged: true"),
        ("price_notice: application", "price_notice: operator", "has a price_text that nobody hears"),
        ("price_text:", "# price_text:", "but not its words; write price_text"),
    ],
)
def test_the_price_notice_must_fit_the_number(default_plan_text, words, others, reason):
    text = with_examples(default_plan_text)
    line = line_of(text, '"+33899000000":')
    assert refusal(text.replace(words, others, 1)).startswith(f"plan.yaml:{line}: numbers.+33899000000: ")
    assert reason in refusal(text.replace(words, others, 1))


def test_the_operator_announces_the_price_by_default(default_plan_text: str):
    text = re.sub("    (price_notice|price_text): .*\n", "", with_examples(default_plan_text))
    text = re.sub("^ +# leave price_text out.*\n", "", text, flags=re.M)
    number = parse_plan(text).find_number_by_landing("+33199000001")
    assert (number.surcharged, number.price_notice_source, number.price_text) == (
        True,
        PriceNoticeSource.OPERATOR,
        None,
    )


def test_a_key_may_lead_to_overflow_only_with_a_centre(default_plan_text: str):
    with_key = default_plan_text.replace('"0": {to: staff}', '"0": {to: overflow}')
    assert "this plan has none; add one under overflow" in refusal(with_key)
    assert parse_plan(with_examples(with_key)).menus["main"].choices[4].destination == "overflow"
    assert "this plan has none" in refusal(default_plan_text.replace("lost: staff ", "lost: overflow "))


def test_overflow_without_a_centre_is_refused(default_plan_text: str):
    text = with_examples(default_plan_text)
    assert "overflow: lacks centres" in refusal(text[: text.index("  centres:")])
    assert "needs a list" in refusal(re.sub(r"  centres:\n(.*\n)+", "  centres: []\n", text))


def test_overflow_needs_no_rules(default_plan_text: str):
    text = with_examples(default_plan_text)
    bare = re.sub(r"  rules:\n(    - .*\n)+", "", text)
    assert parse_plan(bare).overflow.rules == ()
    assert len(parse_plan(bare).overflow.centres) == 2


def test_a_number_marked_as_surcharged_cannot_be_a_caller_id(default_plan_text: str):
    text = with_examples(default_plan_text).replace(
        'landing: ["+33199000000"]', 'landing: ["+33199000002"]\n    surcharged: true'
    )
    assert "'+33199000000' is not a number of this plan that may be shown" in refusal(text)


def test_a_plan_with_only_surcharged_and_mobile_numbers_has_no_caller_id(default_plan_text: str):
    text = with_examples(default_plan_text).replace('      caller_id: "+33199000000"', "    #")
    mobile = text.replace('landing: ["+33199000000"]', 'landing: ["+33639980000"]').replace(
        'landing: ["+33199000001"]', 'landing: ["+33639980001"]'
    )
    problems = refusal(mobile.replace('"+33199000000":', '"+33639980002":'))
    assert "no number of this plan may be shown to it" in problems


def test_norway_is_a_country(default_plan_text: str):
    assert parse_plan(default_plan_text.replace("country: FR", "country: NO")).country == "NO"


def test_no_break_spaces_before_a_question_mark_are_kept(default_plan_text: str):
    assert (
        parse_plan(default_plan_text.replace("Bonjour,", "Bonjour\u00a0! \u202f?"))
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
def test_a_text_that_is_not_a_plan_is_refused_with_a_line(text: str):
    refusal(text)


def test_the_error_names_the_source():
    with pytest.raises(PlanError, match=r"^plan version 3:1: the plan is empty$"):
        parse_plan("", source="plan version 3")


def test_an_old_key_name_is_read_and_noted(default_plan_text: str):
    old = default_plan_text.replace("\nannouncements:", "\nslots:")
    assert old != default_plan_text and parse_plan(old) == parse_plan(default_plan_text)
    line = line_of(old, "slots:")
    assert [str(note) for note in list_renamed_keys(parse_tree(old))] == [
        f"{line}: slots: is now called announcements; both are read"
    ]
    assert list_renamed_keys(parse_tree(default_plan_text)) == ()


def test_a_plan_with_both_names_of_a_key_is_refused(default_plan_text: str):
    assert "slots: 'slots' is not known here" in refusal(f"{default_plan_text}\nslots: {{daily: {{}}}}\n")


def test_an_announcement_may_be_empty(default_plan_text: str):
    plain = re.sub(r"  daily:\n.*\n.*\n", "  daily:\n", default_plan_text)
    assert parse_plan(plain).announcements["daily"] == Announcement("daily")


def test_an_announcement_may_need_approval_and_daily_renewal(default_plan_text: str):
    written = default_plan_text.replace("# renew_by:", "renew_by:").replace("# approval:", "approval:")
    assert parse_plan(written).announcements["daily"] == Announcement(
        "daily", NoMessagePolicy.KEEP_LAST, 90, Approval.SECOND, time(10)
    )
    assert "not a time of day; write one such as 09:00" in refusal(written.replace('"10:00"', "25:00"))
    assert "a kind of approval; choose none or second" in refusal(written.replace("approval: second", "approval: x"))


def test_other_line_ends_and_a_byte_order_mark_do_not_matter(default_plan: Plan, default_plan_text: str):
    assert parse_plan("\ufeff" + default_plan_text.replace("\n", "\r\n")) == default_plan


@pytest.mark.parametrize("heard", list(WhileChoosing))
def test_the_plan_says_what_is_heard_while_a_key_is_awaited(default_plan_text: str, heard: WhileChoosing) -> None:
    text = default_plan_text.replace("while_choosing: sound", f"while_choosing: {heard}")
    assert parse_plan(text).while_choosing is heard
    assert parse_plan(default_plan_text.replace("while_choosing: sound", "")).while_choosing is WhileChoosing.SOUND
