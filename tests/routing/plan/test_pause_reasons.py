"""The reasons for a pause that a plan names."""

import pytest

from routing.plan.errors import PlanError
from routing.plan.model import StaffQueue
from routing.plan.parsing import parse_plan


def read(default_plan_text: str, written: str) -> StaffQueue:
    return parse_plan(default_plan_text.replace("\nstaff:\n", f"\nstaff:\n  pauses: {written}\n")).staff


def test_reasons_have_a_title_in_each_language_and_without_them_there_are_none(default_plan_text: str) -> None:
    staff = read(default_plan_text, "[{name: lunch, title: {fr: Déjeuner, en: Lunch}}, {name: desk, title: Accueil}]")
    titles = {name: title.in_language("fr") for name, title in staff.pause_titles.items()}
    assert titles == {"lunch": "Déjeuner", "desk": "Accueil"}
    assert not read(default_plan_text, "").pause_titles and not parse_plan(default_plan_text).staff.pause_reasons


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[{name: Lunch, title: Midi}]", "is not a name"),
        ("[{name: a, title: Midi}, {name: a, title: Soir}]", "is used twice"),
        ("[{name: a, title: {fr: Midi}}]", "en"),
        (f"[{', '.join(f'{{name: r{n}, title: T}}' for n in range(9))}]", "more than 8 entries"),
    ],
)
def test_mistakes_are_named(default_plan_text: str, written: str, said: str) -> None:
    with pytest.raises(PlanError, match=said):
        read(default_plan_text, written)
