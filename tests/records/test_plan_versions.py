from datetime import datetime

import pytest

from records import changes
from records.base import Base
from records.errors import NotFound
from records.plans import PlanChanged, current, history, publish, save, version
from records.viewer import Forbidden, Viewer, at_machine
from routing.permissions import Role

EDITOR = Viewer(None, Role.SUPERVISOR, "Anne")


def test_a_new_base_has_no_plan(base: Base) -> None:
    assert current(base) is None


def test_the_last_plan_saved_is_in_force_and_the_others_are_kept(base: Base, noon: datetime) -> None:
    first = save(base, "numbers: one", author="Anne", at=noon)
    second = save(base, "numbers: two", author="Basile", at=noon)
    assert current(base) == second
    assert history(base) == (second, first)


def test_the_same_plan_again_is_no_new_version(base: Base, noon: datetime) -> None:
    first = save(base, "numbers: one", author="Anne", at=noon)
    assert save(base, "numbers: one", author="Basile", at=noon) == first
    save(base, "numbers: two", author="Anne", at=noon)
    assert save(base, "numbers: one", author="Anne", at=noon).version == 3


def test_who_may_publishes_and_the_change_is_written_down(base: Base, noon: datetime) -> None:
    first = publish(base, EDITOR, "a: 1\nb: 2\n", at=noon)
    second = publish(base, EDITOR, "a: 1\nb: 3\n", at=noon, replaces=first.version)
    assert publish(base, EDITOR, second.text, at=noon) == second

    with pytest.raises(PlanChanged, match="Anne has saved version 2 of the plan meanwhile"):
        publish(base, EDITOR, "a: 4\n", at=noon, replaces=first.version)
    with pytest.raises(Forbidden):
        publish(base, Viewer(2, Role.STAFF, "Basile"), "a: 5\n", at=noon)

    assert current(base) == second
    written = changes.latest(base, at_machine("test"))
    assert [(each.kind, each.subject, dict(each.before), dict(each.after)) for each in written] == [
        ("plan.published", "2", {"version": 1, "lines": "b: 2"}, {"version": 2, "lines": "b: 3"}),
        ("plan.published", "1", {}, {"version": 1, "lines": "a: 1\nb: 2"}),
    ]


def test_versions_are_found_by_number_and_page_by_page(base: Base, noon: datetime) -> None:
    for number in range(5):
        save(base, f"a: {number}", author="Anne", at=noon)
    assert [each.version for each in history(base, before=4, limit=2)] == [3, 2]
    assert version(base, 2).text == "a: 1"
    with pytest.raises(NotFound):
        version(base, 6)
