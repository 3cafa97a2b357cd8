from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.plan.editing import plain_value, replace_value
from routing.plan.errors import PlanEditError
from routing.plan.parsing import parse_plan, parse_tree

OFFICE = """\
# Our plan.
hours:
  office:   # the front desk
    holidays: metropolitan   # as the town hall
    # We close early on Friday.
    week:
      mon-thu: 09:00-12:30, 13:30-18:00   # since 2029
      # Until the heating is mended:
      fri: 09:00-12:30
    exceptions:   # days that differ
      2030-12-24: 09:00-12:00
      # The move.
      2031-02-03: {open: closed, fr: "Nous déménageons.", en: "We are moving."}   # said on the radio
  night: {week: {mon: 20:00-24:00}}
announcements:
"""
OFFICE_PLACE = ("hours", "office")


def office(**changed: object) -> dict:
    return {**plain_value(parse_tree(OFFICE))["hours"]["office"], **changed}


def lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that went, and those that came."""
    old, new = before.splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


def test_a_word_is_replaced_where_it_stands_and_its_remark_stays():
    new = replace_value(OFFICE, OFFICE_PLACE, office(holidays="mayotte"))
    assert lines(OFFICE, new) == (
        ["    holidays: metropolitan   # as the town hall"],
        ["    holidays: mayotte   # as the town hall"],
    )


def test_new_entries_find_their_place_and_remarks_on_their_own_lines_stay():
    week = {"mon": "closed", "mon-thu": "09:00-12:00, 13:00-17:00", "sat": "10:00-12:00"}
    new = replace_value(OFFICE, OFFICE_PLACE, office(week=week))
    assert lines(OFFICE, new) == (
        ["      mon-thu: 09:00-12:30, 13:30-18:00   # since 2029", "      fri: 09:00-12:30"],
        ["      mon: closed", "      mon-thu: 09:00-12:00, 13:00-17:00   # since 2029", "      sat: 10:00-12:00"],
    )
    assert "# Until the heating is mended:" in new


def test_entries_change_places_with_the_remarks_of_their_lines():
    days = plain_value(parse_tree(OFFICE))["hours"]["office"]["exceptions"]
    new = replace_value(OFFICE, OFFICE_PLACE, office(exceptions=dict(reversed(days.items()))))
    assert lines(OFFICE, new) == ([], [])
    assert new.index("said on the radio") < new.index("# The move.") < new.index("2030-12-24")


def test_what_holds_nothing_any_more_keeps_its_name_and_its_remarks():
    new = replace_value(OFFICE, OFFICE_PLACE, office(exceptions=None))
    assert "    exceptions:   # days that differ\n      # The move.\n  night:" in new
    again = replace_value(new, OFFICE_PLACE, office(exceptions={"2030-01-02": "closed"}))
    assert "    exceptions:   # days that differ\n      2030-01-02: closed\n      # The move.\n" in again


def test_what_is_written_in_braces_is_changed_within_them():
    new = replace_value(OFFICE, ("hours", "night", "week"), {"mon": "20:00-23:00", "tue": "20:00-21:00, 22:00-24:00"})
    assert 'night: {week: {mon: 20:00-23:00, tue: "20:00-21:00, 22:00-24:00"}}' in new
    new = replace_value(OFFICE, ("hours", "night", "week"), {"tue": "closed"})
    assert "night: {week: {tue: closed}}" in new


def test_a_part_that_was_not_there_is_written_in_lines(seed_text: str):
    calendar = {"week": {"mon-sun": "00:00-24:00"}, "exceptions": {"2030-12-24": "closed"}}
    new = replace_value(seed_text, ("hours", "always"), calendar)
    assert lines(seed_text, new) == ([], ["    exceptions:", "      2030-12-24: closed"])
    assert parse_plan(new)


def test_wordings_may_become_more_and_fewer(seed_text: str):
    menu = plain_value(parse_tree(seed_text))["menus"]["main"]
    wrong = menu["wrong"] | {"fr": (*menu["wrong"]["fr"], "Encore une fois."), "en": menu["wrong"]["en"][:1]}
    new = replace_value(seed_text, ("menus", "main", "wrong"), wrong)
    assert lines(seed_text, new)[1] == [
        '           "Nous n\'avons pas reconnu votre choix. Écoutons encore une fois la liste.", "Encore une fois."]',
        '      en: ["That choice is not offered here. This is what we can do for you."]',
    ]


def test_lists_of_dashes_are_lists_too():
    text = 'a:\n  - one   # first\n  # between\n  - {x: "y"}\nb:\n- one\n- two\n'
    new = replace_value(text, (), {"a": ("one", {"x": "z"}, "three"), "b": ("two",)})
    assert new == 'a:\n  - one   # first\n  # between\n  - {x: "z"}\n  - three\nb:\n- two\n'


def test_a_place_that_went_meanwhile_is_said(seed_text: str):
    with pytest.raises(PlanEditError, match="no night any more"):
        replace_value(seed_text, ("hours", "night", "week"), {})


def test_other_line_ends_stay(seed_text: str):
    other = seed_text.replace("\n", "\r\n")
    calendar = {"week": {"mon-sun": "00:00-24:00"}, "exceptions": {"2030-12-24": "closed"}}
    new = replace_value(other, ("hours", "always"), calendar)
    assert new.count("\n") == new.count("\r\n") == other.count("\n") + 2


SEED = (Path(__file__).parents[3] / "plan.yaml").read_text(encoding="utf-8")
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from([': #{["', "null", "- a", "~"])


@given(fr=WORDS, en=WORDS, order=st.permutations(["1", "2", "3", "0"]))
def test_any_words_come_back_to_the_letter_and_every_remark_stays(fr: str, en: str, order: list[str]):
    keys = plain_value(parse_tree(SEED))["menus"]["main"]["keys"]
    menu = {key: {**keys[key], "fr": fr, "en": en} for key in order} | {"9": {"to": "goodbye", "fr": fr, "en": en}}
    new = replace_value(SEED, ("menus", "main", "keys"), menu)
    assert list(plain_value(parse_tree(new))["menus"]["main"]["keys"].items()) == list(menu.items())
    remarks = [line for line in SEED.splitlines() if line.strip().startswith("#")]
    assert [line for line in new.splitlines() if line.strip().startswith("#")] == remarks
