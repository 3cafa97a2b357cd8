"""The versions of the plan."""

from datetime import datetime

import pytest

from records import changes
from records.actor import Actor, Forbidden, command_line_actor
from records.database.engine import Database
from records.errors import NotFound
from records.plan.plan_versions import (
    PlanVersionConflict,
    get_current_version,
    get_plan_version,
    list_plan_versions,
    publish_plan,
    save_plan,
)
from routing.access.permissions import Role

EDITOR = Actor(None, Role.SUPERVISOR, "Anne")


def test_a_new_database_has_no_plan(database: Database) -> None:
    assert get_current_version(database) is None


def test_the_last_plan_saved_is_in_force_and_the_others_are_kept(database: Database, noon: datetime) -> None:
    first = save_plan(database, "numbers: one", author="Anne", at=noon)
    second = save_plan(database, "numbers: two", author="Basile", at=noon)
    assert get_current_version(database) == second
    assert list_plan_versions(database) == (second, first)


def test_the_same_plan_again_is_no_new_version(database: Database, noon: datetime) -> None:
    first = save_plan(database, "numbers: one", author="Anne", at=noon)
    assert save_plan(database, "numbers: one", author="Basile", at=noon) == first
    save_plan(database, "numbers: two", author="Anne", at=noon)
    assert save_plan(database, "numbers: one", author="Anne", at=noon).version == 3


def test_publishing_needs_permission_and_is_recorded(database: Database, noon: datetime) -> None:
    first = publish_plan(database, EDITOR, "a: 1\nb: 2\n", at=noon)
    second = publish_plan(database, EDITOR, "a: 1\nb: 3\n", at=noon, replaces=first.version)
    assert publish_plan(database, EDITOR, second.text, at=noon) == second

    with pytest.raises(PlanVersionConflict, match="Anne has saved version 2 of the plan meanwhile"):
        publish_plan(database, EDITOR, "a: 4\n", at=noon, replaces=first.version)
    with pytest.raises(Forbidden):
        publish_plan(database, Actor(2, Role.STAFF, "Basile"), "a: 5\n", at=noon)

    assert get_current_version(database) == second
    written = changes.list_changes(database, command_line_actor("test"))
    assert [(each.kind, each.subject, dict(each.before), dict(each.after)) for each in written] == [
        ("plan.published", "2", {"version": 1, "lines": "b: 2"}, {"version": 2, "lines": "b: 3"}),
        ("plan.published", "1", {}, {"version": 1, "lines": "a: 1\nb: 2"}),
    ]


def test_versions_are_found_by_number_and_page_by_page(database: Database, noon: datetime) -> None:
    for number in range(5):
        save_plan(database, f"a: {number}", author="Anne", at=noon)
    assert [each.version for each in list_plan_versions(database, before=4, limit=2)] == [3, 2]
    assert get_plan_version(database, 2).text == "a: 1"
    with pytest.raises(NotFound):
        get_plan_version(database, 6)
