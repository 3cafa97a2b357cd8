"""Imported exceptions are written into a plan."""

from datetime import date

import pytest

from routing.hours.ical import ImportedException
from routing.hours.notation import parse_spans
from routing.hours.opening_hours import SpecialDay
from routing.plan.errors import PlanEditError, PlanError
from routing.plan.imported_exceptions import write_imported_exceptions
from routing.plan.parsing import parse_plan

INVENTORY = ImportedException(date(2031, 3, 3), (), "Fermé : inventaire")
SATURDAY = ImportedException(date(2031, 3, 8), parse_spans("10:00-12:00"), "Samedi #1")


def exceptions(text: str) -> dict:
    return dict(parse_plan(text).hours["always"].exceptions)


@pytest.fixture
def by_hand(default_plan_text: str) -> str:
    """The default plan with two exceptions that a person wrote."""
    lines = "    exceptions:   # by hand\n        2031-03-08: closed   # we move\n        2031-05-02: closed\n"
    return default_plan_text.replace("  always:\n", "  always:\n" + lines)


def test_imported_days_have_their_own_lines_with_the_title_as_a_comment(default_plan_text: str):
    edited = write_imported_exceptions(default_plan_text, "always", [INVENTORY, SATURDAY])
    assert exceptions(edited) == {INVENTORY.day: SpecialDay(), SATURDAY.day: SpecialDay(parse_spans("10:00-12:00"))}
    assert "      2031-03-03: closed   # imported: Fermé : inventaire\n" in edited


def test_the_rest_of_the_text_is_unchanged(default_plan_text: str):
    edited = write_imported_exceptions(default_plan_text, "always", [INVENTORY, SATURDAY])
    added = ("    exceptions:\n", "# imported:")
    kept = [
        line for line in edited.splitlines(keepends=True) if not any(part in line for part in added) or "#   e" in line
    ]
    assert "".join(kept) == default_plan_text


def test_a_second_import_changes_nothing(default_plan_text: str, by_hand: str):
    for text in (default_plan_text, by_hand):
        once = write_imported_exceptions(text, "always", [INVENTORY, SATURDAY])
        assert write_imported_exceptions(once, "always", [INVENTORY, SATURDAY]) == once


def test_a_day_that_is_no_longer_in_the_calendar_is_removed(default_plan_text: str):
    both = write_imported_exceptions(default_plan_text, "always", [INVENTORY, SATURDAY])
    assert exceptions(write_imported_exceptions(both, "always", [SATURDAY])).keys() == {SATURDAY.day}
    assert exceptions(write_imported_exceptions(both, "always", [])) == {}


def test_a_day_that_a_person_wrote_takes_precedence(by_hand: str):
    edited = write_imported_exceptions(by_hand, "always", [INVENTORY, SATURDAY])
    assert exceptions(edited)[SATURDAY.day] == SpecialDay()
    assert exceptions(edited).keys() == {INVENTORY.day, SATURDAY.day, date(2031, 5, 2)}
    assert write_imported_exceptions(edited, "always", []) == by_hand


def test_line_ends_are_kept(by_hand: str):
    edited = write_imported_exceptions(by_hand.replace("\n", "\r\n"), "always", [INVENTORY])
    assert edited.count("\n") == edited.count("\r\n")
    assert INVENTORY.day in exceptions(edited)


def test_a_calendar_in_braces_is_refused(default_plan_text: str):
    braces = default_plan_text.replace(
        "  always:\n    week:\n      mon-sun: 00:00-24:00\n", "  always: {week: {mon: closed}}\n"
    )
    with pytest.raises(PlanEditError, match="write each of its parts on a line of its own"):
        write_imported_exceptions(braces, "always", [INVENTORY])


def test_an_unknown_calendar_and_a_wrong_plan_are_refused(default_plan_text: str):
    with pytest.raises(PlanEditError, match="'office' is not a calendar of the plan; choose always"):
        write_imported_exceptions(default_plan_text, "office", [])
    with pytest.raises(PlanError):
        write_imported_exceptions("hours:", "always", [])
