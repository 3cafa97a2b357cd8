"""The spoken sentences of a plan and their prompt keys."""

import re

import pytest

from routing.plan.model import Plan
from routing.plan.parsing import parse_plan
from routing.sentences import (
    greeting_prompt_key,
    list_sentences,
    menu_prompt_keys,
    price_prompt_key,
    topic_prompt_key,
    topic_prompt_keys,
)

SPOKEN_ROW = '"1": {to: staff, fr: "Pour parler à l\'équipe", en: "To speak to the team"}'


def texts(plan: Plan) -> dict[str, dict[str, str]]:
    return {sentence.key: dict(sentence.texts) for sentence in list_sentences(plan)}


def test_the_result_is_spoken_first_and_then_the_key(default_plan: Plan):
    assert texts(default_plan)["menu-main-1"] == {
        "fr": "Pour parler à l'équipe, tapez 1.",
        "en": "To speak to the team, press 1.",
    }


def test_adjacent_keys_with_the_same_action_are_spoken_once(default_plan: Plan):
    assert texts(default_plan)["menu-main-34"]["fr"] == "Pour écouter le message du jour, tapez 3 ou 4."
    assert texts(default_plan)["menu-main-34"]["en"] == "To hear today's message, press 3 or 4."


def test_a_menu_is_spoken_in_the_order_of_its_rows_without_silent_keys(default_plan: Plan):
    assert menu_prompt_keys(default_plan.menus["main"]) == ("menu-main-1", "menu-main-2", "menu-main-34")


def test_a_key_is_added_by_one_line(default_plan_text: str):
    line = '      "5": {to: voicemail, fr: "Pour laisser un message", en: "To leave a message"}\n'
    plan = parse_plan(default_plan_text.replace('      "0": {to: staff}', line + '      "0": {to: staff}'))
    assert menu_prompt_keys(plan.menus["main"])[-1] == "menu-main-5"
    assert texts(plan)["menu-main-5"]["fr"] == "Pour laisser un message, tapez 5."


@pytest.mark.parametrize(
    ("key", "prompt", "french"), [("*", "menu-main-star", "étoile"), ("#", "menu-main-hash", "dièse")]
)
def test_star_and_hash_are_named_in_the_text_and_in_the_file_name(
    default_plan_text: str, key: str, prompt: str, french: str
):
    row = f'"{key}": {{play: daily, fr: "Pour réentendre", en: "To hear it again"}}'
    plan = parse_plan(
        default_plan_text.replace('"*": {repeat: true}', "").replace(SPOKEN_ROW, f"{SPOKEN_ROW}\n      {row}")
    )
    assert texts(plan)[prompt]["fr"] == f"Pour réentendre, tapez {french}."


@pytest.mark.parametrize("other", ["to: voicemail", "to: callback", "repeat: true"])
def test_the_same_text_for_another_action_is_another_row(default_plan_text: str, other: str):
    row = SPOKEN_ROW.replace('"1"', '"5"').replace("to: staff", other)
    plan = parse_plan(default_plan_text.replace(SPOKEN_ROW, f"{SPOKEN_ROW}\n      {row}"))
    assert menu_prompt_keys(plan.menus["main"])[:2] == ("menu-main-1", "menu-main-5")


def test_each_number_has_its_greeting(default_plan: Plan):
    assert greeting_prompt_key(default_plan.numbers[0]) == "greeting-33199000000"
    assert texts(default_plan)["greeting-33199000000"]["fr"].startswith("Bonjour")


def test_no_reprompt_says_that_a_key_was_wrong(default_plan: Plan):
    reprompts = [
        text for key, by_language in texts(default_plan).items() if "wrong" in key for text in by_language.values()
    ]
    assert len(set(reprompts)) == 4
    assert not any(re.search(r"wrong|erreur|erron|mauvais|incorrect", text, re.IGNORECASE) for text in reprompts)


def test_opening_hours_that_close_have_reopening_sentences(default_plan: Plan, default_plan_text: str):
    assert not any(key.startswith("reopens") for key in texts(default_plan))
    office = parse_plan(default_plan_text.replace("mon-sun: 00:00-24:00", "mon-fri: 09:00-18:00"))
    assert texts(office)["reopens-mon-0900"]["fr"] == "Nous rouvrons lundi à neuf heures."


SURCHARGED = """    surcharged: true
    price_notice: application
    price_text: {fr: "Six centimes la minute.", en: "Six cents a minute."}
"""


def test_a_price_notice_by_the_application_is_a_sentence(default_plan: Plan, default_plan_text: str):
    assert price_prompt_key(default_plan.numbers[0]) not in texts(default_plan)
    plan = parse_plan(default_plan_text.replace("    landing:", SURCHARGED + "    landing:", 1))
    assert texts(plan)[price_prompt_key(plan.numbers[0])] == {
        "fr": "Six centimes la minute.",
        "en": "Six cents a minute.",
    }


def test_the_days_of_one_exception_share_its_prompt(default_plan_text: str):
    exception = (
        '    exceptions: {2031-08-04 to 2031-08-17: {open: closed, fr: "Nous sommes en congés.", en: "Away."}}\n'
    )
    plan = parse_plan(default_plan_text.replace("  always:\n", "  always:\n" + exception))
    assert texts(plan)["exception-always-20310804"] == {"fr": "Nous sommes en congés.", "en": "Away."}
    assert [key for key in texts(plan) if key.startswith("exception")] == ["exception-always-20310804"]


SITES = """
callbacks:
  sites:
    - {name: www, number: "+33199000000", topics: {fr: [Une adhésion, Location], en: [Location, Renting a room]}}
    - {name: www-1, number: "+33199000000", topics: {fr: [Presse], en: [Press]}}
    - {name: shop, number: "+33199000000"}
"""


def test_a_topic_of_a_site_is_a_sentence_for_the_agent_who_calls_back(default_plan_text: str):
    plan = parse_plan(default_plan_text + SITES)
    assert topic_prompt_keys(plan) == ("topic-www-1", "topic-www-2", "topic-www-1-1")
    assert texts(plan)["topic-www-2"] == {"fr": "Sujet : Location", "en": "Topic: Renting a room"}
    assert set(topic_prompt_keys(plan)) <= set(texts(plan))


def test_a_topic_is_found_in_the_visitors_language_first(default_plan_text: str):
    plan = parse_plan(default_plan_text + SITES)
    assert [topic_prompt_key(plan, "www", "Location", language) for language in ("fr", "en")] == [
        "topic-www-2",
        "topic-www-1",
    ]
    assert topic_prompt_key(plan, "www", "Renting a room", "fr") == "topic-www-2"
    unknown = (("www", "Presse"), ("www", None), ("shop", "Presse"), ("gone", "Presse"), (None, "Presse"))
    assert [topic_prompt_key(plan, site, topic, "fr") for site, topic in unknown] == [""] * len(unknown)


def test_each_prompt_key_is_a_safe_file_name_and_unique(default_plan_text: str):
    office = parse_plan(default_plan_text.replace("mon-sun: 00:00-24:00", "mon-fri: 09:00-18:00") + SITES)
    keys = [sentence.key for sentence in list_sentences(office)]
    assert len(set(keys)) == len(keys)
    assert all(re.fullmatch(r"[a-z0-9_-]{1,80}", key) for key in keys)
