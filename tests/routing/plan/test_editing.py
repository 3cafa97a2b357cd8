"""A value of a plan is replaced; the rest of the text stays."""

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
OFFICE_PATH = ("hours", "office")


def office(**changed: object) -> dict:
    return {**plain_value(parse_tree(OFFICE))["hours"]["office"], **changed}


def lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that were removed, and those that were added."""
    old, new = before.splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


def test_a_scalar_is_replaced_and_its_comment_stays():
    new = replace_value(OFFICE, OFFICE_PATH, office(holidays="mayotte"))
    assert lines(OFFICE, new) == (
        ["    holidays: metropolitan   # as the town hall"],
        ["    holidays: mayotte   # as the town hall"],
    )


def test_new_entries_are_inserted_in_order_and_comments_stay():
    week = {"mon": "closed", "mon-thu": "09:00-12:00, 13:00-17:00", "sat": "10:00-12:00"}
    new = replace_value(OFFICE, OFFICE_PATH, office(week=week))
    assert lines(OFFICE, new) == (
        ["      mon-thu: 09:00-12:30, 13:30-18:00   # since 2029", "      fri: 09:00-12:30"],
        ["      mon: closed", "      mon-thu: 09:00-12:00, 13:00-17:00   # since 2029", "      sat: 10:00-12:00"],
    )
    assert "# Until the heating is mended:" in new


def test_reordered_entries_keep_the_comments_of_their_lines():
    days = plain_value(parse_tree(OFFICE))["hours"]["office"]["exceptions"]
    new = replace_value(OFFICE, OFFICE_PATH, office(exceptions=dict(reversed(days.items()))))
    assert lines(OFFICE, new) == ([], [])
    assert new.index("said on the radio") < new.index("# The move.") < new.index("2030-12-24")


def test_an_emptied_mapping_keeps_its_name_and_its_comments():
    new = replace_value(OFFICE, OFFICE_PATH, office(exceptions=None))
    assert "    exceptions:   # days that differ\n      # The move.\n  night:" in new
    again = replace_value(new, OFFICE_PATH, office(exceptions={"2030-01-02": "closed"}))
    assert "    exceptions:   # days that differ\n      2030-01-02: closed\n      # The move.\n" in again


def test_a_mapping_in_braces_stays_in_braces():
    new = replace_value(OFFICE, ("hours", "night", "week"), {"mon": "20:00-23:00", "tue": "20:00-21:00, 22:00-24:00"})
    assert 'night: {week: {mon: 20:00-23:00, tue: "20:00-21:00, 22:00-24:00"}}' in new
    new = replace_value(OFFICE, ("hours", "night", "week"), {"tue": "closed"})
    assert "night: {week: {tue: closed}}" in new


def test_a_new_mapping_is_written_as_a_block(default_plan_text: str):
    calendar = {"week": {"mon-sun": "00:00-24:00"}, "exceptions": {"2030-12-24": "closed"}}
    new = replace_value(default_plan_text, ("hours", "always"), calendar)
    assert lines(default_plan_text, new) == ([], ["    exceptions:", "      2030-12-24: closed"])
    assert parse_plan(new)


def test_lists_may_grow_and_shrink(default_plan_text: str):
    menu = plain_value(parse_tree(default_plan_text))["menus"]["main"]
    wrong = menu["wrong"] | {"fr": (*menu["wrong"]["fr"], "Encore une fois."), "en": menu["wrong"]["en"][:1]}
    new = replace_value(default_plan_text, ("menus", "main", "wrong"), wrong)
    assert lines(default_plan_text, new)[1] == [
        '           "Nous n\'avons pas reconnu votre choix. Écoutons encore une fois la liste.", "Encore une fois."]',
        '      en: ["That choice is not offered here. This is what we can do for you."]',
    ]


def test_lists_in_block_style_are_edited_too():
    text = 'a:\n  - one   # first\n  # between\n  - {x: "y"}\nb:\n- one\n- two\n'
    new = replace_value(text, (), {"a": ("one", {"x": "z"}, "three"), "b": ("two",)})
    assert new == 'a:\n  - one   # first\n  # between\n  - {x: "z"}\n  - three\nb:\n- two\n'


def test_a_missing_path_is_refused(default_plan_text: str):
    with pytest.raises(PlanEditError, match="no night any more"):
        replace_value(default_plan_text, ("hours", "night", "week"), {})


def test_line_ends_are_kept(default_plan_text: str):
    other = default_plan_text.replace("\n", "\r\n")
    calendar = {"week": {"mon-sun": "00:00-24:00"}, "exceptions": {"2030-12-24": "closed"}}
    new = replace_value(other, ("hours", "always"), calendar)
    assert new.count("\n") == new.count("\r\n") == other.count("\n") + 2


DEFAULT_PLAN = (Path(__file__).parents[3] / "plan.yaml").read_text(encoding="utf-8")
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from([': #{["', "null", "- a", "~"])


@given(fr=WORDS, en=WORDS, order=st.permutations(["1", "2", "3", "0"]))
def test_any_text_is_read_back_exactly_and_every_comment_stays(fr: str, en: str, order: list[str]):
    keys = plain_value(parse_tree(DEFAULT_PLAN))["menus"]["main"]["keys"]
    menu = {key: {**keys[key], "fr": fr, "en": en} for key in order} | {"9": {"to": "goodbye", "fr": fr, "en": en}}
    new = replace_value(DEFAULT_PLAN, ("menus", "main", "keys"), menu)
    assert list(plain_value(parse_tree(new))["menus"]["main"]["keys"].items()) == list(menu.items())
    comments = [line for line in DEFAULT_PLAN.splitlines() if line.strip().startswith("#")]
    assert [line for line in new.splitlines() if line.strip().startswith("#")] == comments
