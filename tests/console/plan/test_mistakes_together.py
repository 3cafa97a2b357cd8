"""All mistakes of one sending are shown together: those that a form finds itself, and those of the plan's validator."""

import re

import pytest
from console_client import ConsoleApp, ConsoleUser
from plan_section import PlanSection, confirm_change, submit_change

from routing.access.permissions import Role

WRONG_AT = re.compile(r'<li><a href="#([^"]+)">')


@pytest.fixture
def staff(console: ConsoleApp, tmp_path) -> ConsoleUser:
    return PlanSection(console, tmp_path).console.sign_in(Role.SUPERVISOR)


MISTAKES: dict[str, tuple[str, dict[str, str]]] = {
    "a number": (
        "/plan/new/number",
        {"number": "12 cats", "landing": "01 99 00 00 02, hello, world", "greeting.en": "", "menu": "none"},
    ),
    "opening hours": (
        "/plan/hours/always",
        {"title": "", "mon-1-to": "25:00", "holidays": "mars"}
        | {"from-0": "", "open-0": "some time", "from-1": "2031-02-30", "fr-1": "Fermé.", "en-1": ""}
        | {"from-2": "2031-05-01", "to-2": "2031-05-03", "from-3": "2031-05-02", "open-3": "18:00-9:00"},
    ),
    "a menu": (
        "/plan/menu/main",
        {"key-0": "A", "en-0": "", "key-1": "3", "fr-2": "Pour nous parler, tapez 3", "tries": "9"},
    ),
    "centres": (
        "/plan/overflow",
        {"title-0": "", "number-0": "01 99 00 00 50", "ring-0": "9000", "caller-0": "+33199000000"}
        | {"title-1": "Nord", "number-1": "12 cats", "ring-1": "x", "caller-1": "+33199000000"},
    ),
    "how calls reach the team": (
        "/plan/team",
        {"staff.ring_s": "x", "staff.relax.2": "x", "staff.relax.3": "-1", "staff.max_wait_s": "0"},
    ),
}
SHOWN_AT = {
    "a number": {"number", "landing", "greeting.en", "menu"},
    "opening hours": {"title", "mon-1-to", "holidays", "from-0", "open-0", "from-1", "en-1", "from-3", "open-3"},
    "a menu": {"key-0", "en-0", "key-2", "fr-2", "tries"},
    "centres": {"title-0", "ring-0", "number-1", "ring-1"},
    "how calls reach the team": {"staff.ring_s", "staff.relax.2", "staff.relax.3", "staff.max_wait_s"},
}


@pytest.mark.parametrize("form", MISTAKES)
def test_all_mistakes_are_shown_together_in_the_order_of_the_page(staff: ConsoleUser, form: str) -> None:
    path, typed = MISTAKES[form]
    refused = submit_change(staff, path, **typed)
    assert refused.status_code == 422
    shown = WRONG_AT.findall(refused.text)
    assert set(shown) == SHOWN_AT[form]
    places = [refused.text.index(f'id="{name}"') for name in shown]
    assert places == sorted(places)


def test_two_mistakes_in_one_field_are_both_named(staff: ConsoleUser) -> None:
    confirm_change(staff, submit_change(staff, "/plan/new/number", number="01 99 00 00 02"))
    taken = "01 99 00 00 02\n01 99 00 00 00"
    refused = submit_change(staff, "/plan/new/number", number="01 99 00 00 05", landing=taken).text
    assert WRONG_AT.findall(refused) == ["landing"]
    said = refused.partition('id="landing-error"')[2].partition("</p>")[0].replace("\N{NO-BREAK SPACE}", " ")
    assert "01 99 00 00 02 est déjà" in said and "01 99 00 00 00 est déjà" in said


def test_every_wrong_word_among_several_numbers_is_named(staff: ConsoleUser) -> None:
    refused = submit_change(staff, "/plan/new/number", landing="hello\n01 99 00 00 02\nworld").text
    assert "&#39;hello&#39; et &#39;world&#39; ne sont pas des numéros de téléphone" in refused
