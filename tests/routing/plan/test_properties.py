"""Properties of generated plans."""

import json
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from thorough import examples

from routing.destinations import Destination
from routing.menus import decide_after_failure, find_choice
from routing.plan.errors import PlanError
from routing.plan.model import DTMF_KEYS
from routing.plan.parsing import parse_plan
from routing.sentences import greeting_prompt_key, list_sentences, menu_prompt_keys

words = st.text(st.characters(categories=("L", "N", "P", "Zs")), min_size=1, max_size=80).filter(str.strip)
by_language = st.fixed_dictionaries({"fr": words, "en": words})
names = st.from_regex(r"[a-z][a-z0-9_]{0,11}", fullmatch=True)
minutes = st.sets(st.integers(0, 1440), min_size=2, max_size=6).map(sorted)
spans = minutes.map(lambda edges: ", ".join(map(span, edges[::2], edges[1::2]))) | st.just("closed")


def span(opens: int, closes: int) -> str:
    return f"{opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"


dates = st.sampled_from(["2031-12-24", "2032-02-29", "2031-08-01 to 2031-08-31"])
special_day = st.builds(lambda spans, texts: {"open": spans} | texts, spans, by_language)
centre = st.fixed_dictionaries({"name": names, "number": st.just("+33199000050")}, optional={"ring_s": st.just(15)})
rule = st.sampled_from(["nobody-logged-in", "nobody-ready", "closed"]).map(lambda when: {"when": when}) | st.builds(
    lambda when, value: {"when": when, "value": value},
    st.sampled_from(["waiting-above", "longest-wait-above-s", "estimated-wait-above-s", "share-percent"]),
    st.integers(1, 99),
)


@st.composite
def plans(draw) -> dict:
    """A valid plan. JSON is YAML too, so json.dumps gives its text."""
    menus, hours, announcements = (draw(st.lists(names, min_size=1, max_size=3, unique=True)) for _ in range(3))
    centres = draw(st.just([]) | st.lists(centre, min_size=1, max_size=3, unique_by=lambda each: each["name"]))
    landings = draw(st.lists(st.integers(33199000000, 33199009999), min_size=1, max_size=5, unique=True))
    return {
        "timezone": draw(st.sampled_from(["Europe/Paris", "Indian/Reunion", "America/Cayenne"])),
        "country": draw(st.sampled_from(["FR", "RE", "BE"])),
        "numbers": {
            f"+{landing}": {
                "landing": [f"+{landing}"],
                "language": draw(st.sampled_from(["fr", "en"])),
                "greeting": draw(by_language),
                "menu": draw(st.sampled_from(menus)),
                "hours": draw(st.sampled_from(hours)),
            }
            for landing in landings
        },
        "menus": {name: draw(menu(announcements, bool(centres))) for name in menus},
        "hours": {
            name: {
                "week": draw(st.dictionaries(st.sampled_from(["mon-fri", "sat", "sun"]), spans, min_size=1)),
                "holidays": draw(st.sampled_from(["none", "metropolitan", "reunion"])),
                "exceptions": draw(st.dictionaries(dates, spans | special_day, min_size=1)),
            }
            for name in hours
        },
        "announcements": {
            name: {"when_none": draw(st.sampled_from(["last", "sentence"])), "max_seconds": 60}
            for name in announcements
        },
        "staff": {"strategy": "ringall", "ring_s": 20, "max_wait_s": 120, "wrapup_s": 0},
        "waiting": draw(st.fixed_dictionaries({}, optional={"offer_every_s": st.integers(5, 600)})) or None,
        "overflow": {"rules": draw(st.lists(rule, min_size=1, max_size=4)), "centres": centres} if centres else None,
    }


@st.composite
def menu(draw, announcements: list[str], has_centres: bool) -> dict:
    person, *others = draw(st.lists(st.sampled_from(DTMF_KEYS), min_size=1, max_size=8, unique=True))
    destinations = [to for to in Destination if has_centres or to is not Destination.OVERFLOW]
    actions = st.one_of(
        st.sampled_from(destinations).map(lambda to: {"to": str(to)}),
        st.sampled_from(announcements).map(lambda name: {"play": name}),
        st.just({"repeat": True}),
    )
    tries = draw(st.integers(2, 4))
    wordings = st.lists(words.map(str.strip), min_size=tries - 1, max_size=tries - 1, unique=True)
    return {
        "keys": {
            **{key: draw(actions) | draw(st.just({}) | by_language) for key in others},
            person: {"to": "staff"} | draw(by_language),
        },
        "tries": tries,
        "first_key_s": draw(st.integers(1, 30)),
        **{end: {"fr": draw(wordings), "en": draw(wordings)} for end in ("wrong", "silence")},
        "lost": draw(st.sampled_from(["staff", "callback", "voicemail"])),
    }


def to_text(plan: dict) -> str:
    return json.dumps(plan, ensure_ascii=False, indent=1)


@settings(max_examples=examples(40))
@given(plans())
def test_each_prompt_that_a_call_may_need_is_a_sentence_in_each_language(wanted: dict):
    plan = parse_plan(to_text(wanted))
    texts = {sentence.key: sentence.texts for sentence in list_sentences(plan)}
    assert all(by_language["fr"] and by_language["en"] for by_language in texts.values())
    assert len(texts) == len(list_sentences(plan))
    for number in plan.numbers:
        assert texts[greeting_prompt_key(number)]["fr"] == wanted["numbers"][number.e164]["greeting"]["fr"].strip()
    for menu in plan.menus.values():
        assert set(menu_prompt_keys(menu)) <= texts.keys()
        assert {choice.key for choice in menu.choices} == wanted["menus"][menu.name]["keys"].keys()
        for kind in ("wrong", "silence"):
            steps = [decide_after_failure(menu, failures, kind) for failures in range(1, menu.tries + 1)]
            assert {step.prompt_key for step in steps[:-1]} <= texts.keys()
            assert steps[-1].destination is menu.fallback
    for name, hours in plan.hours.items():
        for special in hours.exceptions.values():
            assert special.prompt_key is None or texts[special.prompt_key]
            assert special.prompt_key is None or special.prompt_key.startswith(f"exception-{name}-203")


@settings(max_examples=examples(40))
@given(plans())
def test_each_menu_has_a_key_to_staff(wanted: dict):
    for menu in parse_plan(to_text(wanted)).menus.values():
        assert any((choice := find_choice(menu, key)) and choice.destination is Destination.STAFF for key in DTMF_KEYS)


FIXED = ("timezone", "country", "numbers", "menus", "hours", "announcements", "staff")


@settings(max_examples=examples(40))
@given(plans(), st.data())
def test_a_plan_with_one_wrong_part_is_refused_at_a_line_of_its_text(wanted: dict, data):
    wrong = deepcopy(wanted)
    part = data.draw(st.sampled_from(FIXED))
    how = data.draw(st.sampled_from(["lacks", "empty", "unknown", "garbage"]))
    inner = wrong[part]
    if how == "lacks":
        del wrong[part]
    elif how == "empty":
        wrong[part] = data.draw(st.sampled_from([None, "", [], {}]))
    elif how == "unknown":
        (inner if part == "staff" else wrong)["colour"] = "blue"
    elif isinstance(inner, str):
        wrong[part] = "§"
    else:
        name = data.draw(st.sampled_from(sorted(inner)))
        inner[name] = "§"
    text = to_text(wrong)
    with pytest.raises(PlanError) as error:
        parse_plan(text)
    assert all(1 <= problem.line <= text.count("\n") + 1 and problem.reason for problem in error.value.problems)


@given(st.text(max_size=300) | st.text("{}[]:,-?&*!|>'\"%@#\n ab1~", max_size=60))
def test_any_other_text_is_refused(text: str):
    with pytest.raises(PlanError):
        parse_plan(text)
