"""The named parts of a plan: added, renamed and removed in its text, with everything that refers to them."""

from pathlib import Path

import pytest
from generated_plans import names, plans, to_text
from hypothesis import given, settings
from hypothesis import strategies as st
from thorough import examples

from routing.plan.editing import plain_value
from routing.plan.errors import PlanEditError
from routing.plan.parsing import parse_plan, parse_tree
from routing.plan.part_kinds import PartKind
from routing.plan.parts import PartInUseError, add_part, find_users, list_parts, make_name, remove_part, rename_part
from routing.plan.titles import find_title

SEED = Path("plan.yaml").read_text(encoding="utf-8")
CENTRES = """overflow:
  centres:
    # the first one that is tried
    - name: north
      number: "+33199000050"
      caller_id: "+33199000000"   # the one on our posters
    # only at night
    - {name: south, sip: south}
"""


def remarks(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if "#" in line]


def test_a_menu_is_renamed_with_everything_that_leads_to_it() -> None:
    changed = rename_part(SEED, PartKind.MENU, "main", "welcome")
    plan = parse_plan(changed)
    assert (plan.numbers[0].menu, *plan.menus) == ("welcome", "welcome")
    assert [line for line in SEED.splitlines() if line not in changed.splitlines()] == [
        "    menu: main                  # one of the menus below",
        "  main:",
    ]


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        (PartKind.CALENDAR, "always", "usual"),
        (PartKind.ANNOUNCEMENT, "daily", "news"),
        (PartKind.NUMBER, "+33199000000", "+33199000007"),
        (PartKind.CENTRE, "north", "west"),
    ],
)
def test_any_part_is_renamed_and_nothing_else_changes(kind: PartKind, old: str, new: str) -> None:
    text = SEED + CENTRES
    changed = rename_part(text, kind, old, new)
    parse_plan(changed)
    assert new in list_parts(plain_value(parse_tree(changed)), kind)
    assert len(changed.splitlines()) == len(text.splitlines()) and "# the one on our posters" in changed
    back = rename_part(changed, kind, new, old)
    assert plain_value(parse_tree(back)) == plain_value(parse_tree(text))


def test_what_is_still_used_is_not_removed_and_its_users_are_named() -> None:
    with pytest.raises(PartInUseError) as refused:
        remove_part(SEED, PartKind.ANNOUNCEMENT, "daily")
    assert [(user.kind, user.name, user.key) for user in refused.value.users] == [
        (PartKind.MENU, "main", "3"),
        (PartKind.MENU, "main", "4"),
    ]
    with pytest.raises(PartInUseError) as refused:
        remove_part(SEED + CENTRES, PartKind.NUMBER, "+33199000000")
    assert [(user.kind, user.name) for user in refused.value.users] == [(PartKind.CENTRE, "north")]


def test_a_centre_is_removed_and_the_remarks_of_the_others_stay_with_them() -> None:
    changed = remove_part(SEED + CENTRES, PartKind.CENTRE, "north")
    assert [centre.name for centre in parse_plan(changed).overflow.centres] == ["south"]
    assert "    # only at night\n    - {name: south, sip: south}\n" in changed
    assert remove_part(changed, PartKind.CENTRE, "south").endswith("overflow:\n")


def test_parts_are_added_after_the_others() -> None:
    hours = {"title": "Été", "week": {"mon-fri": "09:00-12:00"}}
    changed = add_part(SEED, PartKind.CALENDAR, make_name("Été", ["always"]), hours)
    assert [*parse_plan(changed).hours] == ["always", "ete"] and remarks(changed) == remarks(SEED)
    with pytest.raises(PlanEditError, match="choose another one"):
        add_part(changed, PartKind.CALENDAR, "ete", hours)
    changed = add_part(changed, PartKind.CENTRE, "north", {"sip": "north"})
    changed = add_part(changed, PartKind.CENTRE, "south", {"title": "Sud", "sip": "south"})
    assert [centre.name for centre in parse_plan(changed).overflow.centres] == ["north", "south"]
    assert "  centres:\n    - {name: north, sip: north}\n    - {name: south, title: Sud, sip: south}\n" in changed


def test_a_new_part_leaves_the_remarks_of_the_part_before_it_where_they_are() -> None:
    changed = add_part(SEED, PartKind.ANNOUNCEMENT, "news", {"max_seconds": "60"})
    remark = "    # approval: second "
    assert changed.index(remark) < changed.index("  news:\n") and remarks(changed) == remarks(SEED)
    assert remove_part(changed, PartKind.ANNOUNCEMENT, "news") == SEED


def test_a_name_is_made_of_what_people_call_a_part() -> None:
    assert make_name("Menu d'été – 2", []) == "menu_d_ete_2"
    assert make_name("Accueil", ["accueil", "accueil_2"]) == "accueil_3"
    assert (make_name("24 h/24", []), make_name("日本", []), make_name("x" * 90, [])) == ("n_24_h_24", "new", "x" * 26)


def test_parts_have_the_names_that_people_gave_them_or_readable_ones() -> None:
    plan = parse_plan(SEED.replace("  always:\n", '  always:\n    title: {fr: "Semaine", en: "Week"}\n'))
    assert find_title(plan, PartKind.CALENDAR, "always").in_language("fr") == "Semaine"
    assert find_title(plan, PartKind.MENU, "main").in_language("en") == "Main menu"
    assert str(find_title(plan, PartKind.CENTRE, "north_west")) == "North west"


@settings(max_examples=examples(40))
@given(plans(), names, st.data())
def test_a_renamed_part_keeps_the_meaning_of_a_plan(wanted: dict, new: str, data) -> None:
    text = to_text(wanted)
    whole = plain_value(parse_tree(text))
    kind = data.draw(st.sampled_from([kind for kind in PartKind if list_parts(whole, kind)]))
    old = data.draw(st.sampled_from(sorted(list_parts(whole, kind))))
    new = "+33199500000" if kind is PartKind.NUMBER else new
    if new in list_parts(whole, kind):
        return
    changed = rename_part(text, kind, old, new)
    parse_plan(changed)
    renamed = plain_value(parse_tree(changed))
    assert not find_users(renamed, kind, old)
    assert len(find_users(renamed, kind, new)) >= len(find_users(whole, kind, old)) - 1
    assert plain_value(parse_tree(rename_part(changed, kind, new, old))) == whole
