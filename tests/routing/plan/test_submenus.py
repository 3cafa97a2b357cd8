"""Menus that lead to other menus: the way down and back, circles, depth, and a person for everybody."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from thorough import examples
from unbroken_spaces import with_ordinary_spaces

from routing.menus import find_choice, follow_keys, get_menu, list_announcements_by_key, list_menus_of_number
from routing.plan.errors import PlanError, PlanProblem
from routing.plan.model import Plan
from routing.plan.parsing import parse_plan
from routing.sentences import list_sentences, menu_prompt_keys

SEED = Path("plan.yaml").read_text(encoding="utf-8")
REPROMPTS = SEED[SEED.index("    wrong:\n") : SEED.index("  # A menu below another one")]
TO_STAFF = '"1": {to: staff, fr: "Pour nous parler", en: "To speak to us"}'
TO_MESSAGE = '"3": {play: daily, fr: "Pour les nouvelles", en: "For the news"}'


def link(key: str, menu: str) -> str:
    return f'"{key}": {{menu: {menu}, fr: "Pour les services", en: "For services"}}'


def menu(name: str, *keys: str) -> str:
    return f"  {name}:\n    keys:\n" + "".join(f"      {key}\n" for key in keys) + REPROMPTS.rstrip() + "\n"


def with_menus(*menus: str) -> str:
    """The seed plan with these menus; calls begin with the first one, `main`."""
    begin, end = SEED.index("  main:\n"), SEED.index("# Opening hours, by the clock")
    return SEED[:begin] + "".join(menus) + "\n" + SEED[end:]


def problems(text: str) -> list[PlanProblem]:
    with pytest.raises(PlanError) as refused:
        parse_plan(text)
    return list(refused.value.problems)


TWO = with_menus(menu("main", TO_STAFF, link("5", "services")), menu("services", TO_MESSAGE))


def test_a_key_leads_to_another_menu_and_the_star_leads_back() -> None:
    plan = parse_plan(TWO)
    assert find_choice(plan.menus["main"], "5").menu == "services"
    submenu = get_menu(plan, "services", is_submenu=True)
    assert find_choice(submenu, "*").back
    assert menu_prompt_keys(submenu) == ("menu-services-3", "menu-services-star")
    texts = {sentence.key: sentence.texts for sentence in list_sentences(plan)}
    assert texts["menu-services-star"]["fr"] == "Pour revenir au menu précédent, tapez étoile."
    assert texts["menu-main-5"]["en"] == "For services, press 5."
    assert list_menus_of_number(plan, plan.numbers[0]) == ("main", "services")


def test_the_menu_in_which_each_key_is_pressed_is_known() -> None:
    plan = parse_plan(TWO)
    menus = follow_keys(plan, plan.numbers[0], "53*951")
    assert [heard.name for heard in menus] == ["main", "services", "services", "main", "main", "services", "services"]


def test_a_first_menu_has_no_way_back() -> None:
    text = with_menus(menu("main", TO_STAFF, '"9": {back: true, fr: "Pour revenir", en: "To go back"}'))
    heard = get_menu(parse_plan(text), "main", is_submenu=False)
    assert find_choice(heard, "9").repeat and menu_prompt_keys(heard) == ("menu-main-1",)
    assert find_choice(heard, "*") is None


@pytest.mark.parametrize("star", ['"*": {repeat: true}', '"*": {to: staff}'])
def test_the_plan_may_give_the_star_to_something_else(star: str) -> None:
    plan = parse_plan(with_menus(menu("main", link("5", "low"), TO_STAFF), menu("low", TO_STAFF, star)))
    assert get_menu(plan, "low", is_submenu=True) == plan.menus["low"]


def test_the_plan_may_give_another_key_for_the_way_back() -> None:
    back = '"9": {back: true, fr: "Pour revenir", en: "To go back"}'
    plan = parse_plan(with_menus(menu("main", link("5", "low"), TO_STAFF), menu("low", TO_MESSAGE, back)))
    submenu = get_menu(plan, "low", is_submenu=True)
    assert find_choice(submenu, "9").back and find_choice(submenu, "*") is None


CIRCLE = with_menus(
    menu("main", TO_STAFF, link("5", "services")),
    menu("services", link("2", "hours_and_places")),
    menu("hours_and_places", TO_STAFF, link("7", "main")),
)


def test_a_circle_is_refused_and_its_way_is_named() -> None:
    (problem,) = problems(CIRCLE)
    assert problem.path == "menus.hours_and_places.keys.7.menu"
    assert problem.line == CIRCLE[: CIRCLE.index(link("7", "main"))].count("\n") + 1
    way = "“Main menu”, key 5 → “Services”, key 2 → “Hours and places”, key 7 → “Main menu”"
    assert way in str(problem.reason) and "callers go back by the key *" in str(problem.reason)
    assert "« Menu principal », touche 5" in with_ordinary_spaces(problem.reason.in_language("fr"))


def test_a_menu_that_leads_to_itself_is_a_circle() -> None:
    (problem,) = problems(with_menus(menu("main", TO_STAFF, link("5", "main"))))
    assert "“Main menu”, key 5 → “Main menu”" in str(problem.reason)


def test_menus_are_not_deeper_than_four() -> None:
    chain = [menu(f"m{level}", link("5", f"m{level + 1}")) for level in range(2, 4)]
    first = menu("main", TO_STAFF, link("5", "m2"))
    assert parse_plan(with_menus(first, *chain, menu("m4", TO_MESSAGE)))
    (problem,) = problems(with_menus(first, *chain, menu("m4", link("8", "m5")), menu("m5", TO_MESSAGE)))
    assert problem.path == "menus.m4.keys.8.menu"
    assert "“M4”, key 8 → “M5”" in str(problem.reason) and "4 menus at most" in str(problem.reason)


ONE_WITHOUT_PERSON = (
    # (menus, the menu that is named)
    (
        (menu("main", TO_MESSAGE),),
        "main",
    ),
    ((menu("main", TO_MESSAGE, link("5", "low")), menu("low", TO_MESSAGE)), "main"),
    # * does not lead back here:
    ((menu("main", TO_STAFF, link("5", "low")), menu("low", TO_MESSAGE, '"*": {repeat: true}')), "low"),
    # Nobody comes here, and nothing is below:
    ((menu("main", TO_STAFF), menu("low", TO_MESSAGE)), "low"),
)


@pytest.mark.parametrize(("menus", "name"), ONE_WITHOUT_PERSON)
def test_a_menu_from_which_no_person_can_be_reached_is_refused(menus: tuple[str, ...], name: str) -> None:
    assert f"menus.{name}.keys" in [problem.path for problem in problems(with_menus(*menus))]


WITH_PERSON = (
    (menu("main", link("5", "low")), menu("low", TO_STAFF)),
    (menu("main", TO_STAFF, link("5", "low")), menu("low", TO_MESSAGE)),
    (menu("main", link("1", "team"), link("5", "low")), menu("low", TO_MESSAGE), menu("team", TO_STAFF)),
)


@pytest.mark.parametrize("menus", WITH_PERSON)
def test_a_person_may_be_below_or_on_the_way_back(menus: tuple[str, ...]) -> None:
    assert parse_plan(with_menus(*menus))


def test_wrong_keys_of_submenus_are_refused() -> None:
    for wrong, reason in (
        (link("5", "none"), "'none' is not a menu of this plan"),
        ('"5": {menu: main, back: true}', "needs exactly one of to, play, menu, back and repeat"),
        ('"5": {back: no}', "can only be true"),
    ):
        assert any(reason in str(problem.reason) for problem in problems(with_menus(menu("main", TO_STAFF, wrong))))
    twice = with_menus(menu("main", TO_STAFF, '"5": {back: true}', '"6": {back: true}'))
    assert [str(problem.reason) for problem in problems(twice)] == ["two keys lead back; one is enough"]


def test_staff_record_the_announcement_of_a_submenu_by_its_key() -> None:
    announcements = "announcements:\n  news: {}\n"
    text = TWO.replace("announcements:\n", announcements).replace("play: daily", "play: news")
    assert list_announcements_by_key(parse_plan(text))["3"].name == "news"


@st.composite
def linked_menus(draw) -> str:
    """Menus that lead to each other in any way."""
    names = [f"m{number}" for number in range(draw(st.integers(1, 7)))]
    texts = []
    for name in ["main", *names]:
        targets = draw(st.lists(st.sampled_from(["main", *names]), max_size=3))
        own = draw(st.sampled_from([(TO_STAFF,), (TO_MESSAGE,), (TO_MESSAGE, '"*": {repeat: true}')]))
        texts.append(menu(name, *own, *(link(str(5 + place), target) for place, target in enumerate(targets))))
    return with_menus(*texts)


def walk(plan: Plan) -> None:
    """Goes down each way from each number: it ends, and a person is reached from wherever one comes."""

    def reaches(name: str, before: tuple[str, ...]) -> bool:
        assert name not in before and len(before) < 4
        heard = get_menu(plan, name, is_submenu=bool(before))
        below = [reaches(choice.menu, (*before, name)) for choice in heard.choices if choice.menu]
        own = any(choice.destination == "staff" for choice in heard.choices)
        can_go_back = any(choice.back for choice in heard.choices)
        assert own or any(below) or can_go_back
        return own or any(below)

    for number in plan.numbers:
        assert reaches(number.menu, ())


@settings(max_examples=examples(60))
@given(linked_menus())
def test_menus_of_a_valid_plan_end_and_lead_to_a_person(text: str) -> None:
    try:
        plan = parse_plan(text)
    except PlanError as refused:
        reasons = " ".join(str(problem.reason) for problem in refused.problems)
        assert re.search("in a circle|too deep|no key leads to a person", reasons)
    else:
        walk(plan)


def test_a_long_chain_of_menus_is_refused_soon() -> None:
    chain = [menu(f"m{n}", TO_STAFF, link("5", f"m{n + 1}")) for n in range(600)]
    short = with_menus(menu("main", TO_STAFF, link("5", "m0")), *chain, menu("m600", TO_STAFF))
    assert "too deep" in str(problems(short)[0].reason)
