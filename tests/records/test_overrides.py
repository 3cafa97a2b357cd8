"""Manual overrides: for all numbers or for one, until an end or until somebody ends them."""

from datetime import datetime, timedelta

import pytest
import switches
from sqlalchemy import select

from records import changes, holds, overrides, schema
from records.actor import Actor, Forbidden, command_line_actor
from records.database.engine import Database
from records.overrides import NewOverride, OverrideEnded
from routing.access.permissions import Role
from routing.callbacks.holds import Hold
from routing.overrides import Override, OverrideName, find_overrides

HOUR = timedelta(hours=1)
ANNE = command_line_actor("anne")
NUMBER, OTHER = "+33199000000", "+33199000001"


def begin(database: Database, name: OverrideName, at: datetime, **more: object) -> Override:
    return overrides.begin_override(database, ANNE, NewOverride(name, **more), at=at)


def test_nothing_is_switched_at_first(database: Database) -> None:
    assert overrides.list_overrides(database) == ()


def test_an_override_records_who_set_it_when_and_why(database: Database, noon: datetime) -> None:
    words = {"override-1": {"fr": "Tempête."}}
    begun = begin(
        database, OverrideName.CLOSED, noon, ends_at=noon + HOUR, note="storm", words="override-1", sentences=words
    )
    (found,) = overrides.list_overrides(database)
    assert found == begun
    assert (found.by, found.since, found.ends_at, found.note) == ("anne", noon, noon + HOUR, "storm")
    assert (found.words_in("fr"), found.words_in("en")) == ("override-1", "")


def test_setting_an_override_again_keeps_its_since_and_takes_the_new_end(database: Database, noon: datetime) -> None:
    begin(database, OverrideName.OVERFLOW, noon, ends_at=noon + HOUR)
    begin(database, OverrideName.OVERFLOW, noon + HOUR / 2, ends_at=noon + 3 * HOUR)
    (found,) = overrides.list_overrides(database)
    assert (found.since, found.ends_at) == (noon, noon + 3 * HOUR)
    again = begin(database, OverrideName.OVERFLOW, noon + 4 * HOUR)  # it had ended
    assert again.since == noon + 4 * HOUR


def test_one_number_is_switched_and_the_others_are_not(database: Database, noon: datetime) -> None:
    begin(database, OverrideName.CLOSED, noon, number=NUMBER)
    found = overrides.list_overrides(database)
    assert find_overrides(found, NUMBER, noon).closed and not find_overrides(found, OTHER, noon).closed
    assert not overrides.end_override(database, ANNE, OverrideName.CLOSED, at=noon)
    assert overrides.end_override(database, ANNE, OverrideName.CLOSED, number=NUMBER, at=noon)
    assert overrides.list_overrides(database) == ()


def test_open_by_hand_ends_closed_by_hand_and_its_hold(database: Database, noon: datetime) -> None:
    begin(database, OverrideName.CLOSED, noon)
    begin(database, OverrideName.OPEN, noon + HOUR, ends_at=noon + 2 * HOUR)
    assert [each.name for each in overrides.list_overrides(database)] == [OverrideName.OPEN]
    assert holds.list_holds(database, noon + HOUR) == (Hold(noon, noon + HOUR),)


@pytest.mark.parametrize("name", [OverrideName.CLOSED, OverrideName.CALLBACKS])
def test_callbacks_of_the_number_alone_are_held_until_the_end(
    database: Database, noon: datetime, name: OverrideName
) -> None:
    begin(database, name, noon, number=NUMBER, ends_at=noon + HOUR)
    assert holds.list_holds(database, noon, NUMBER) == (Hold(noon, noon + HOUR),)
    assert holds.list_holds(database, noon, OTHER) == ()
    begin(database, name, noon + HOUR / 2, number=NUMBER)  # no end any more: the same hold goes on
    assert holds.list_holds(database, noon, NUMBER) == (Hold(noon),)
    overrides.end_override(database, ANNE, name, number=NUMBER, at=noon + 2 * HOUR)
    assert holds.list_holds(database, noon + 3 * HOUR, NUMBER) == (Hold(noon, noon + 2 * HOUR),)


def test_a_hold_that_ended_by_itself_is_not_touched_afterwards(database: Database, noon: datetime) -> None:
    begin(database, OverrideName.CLOSED, noon, ends_at=noon + HOUR)
    assert not overrides.end_override(database, ANNE, OverrideName.CLOSED, at=noon + 2 * HOUR)
    begin(database, OverrideName.CLOSED, noon + 3 * HOUR)
    assert holds.list_holds(database, noon + 3 * HOUR) == (Hold(noon, noon + HOUR), Hold(noon + 3 * HOUR))
    with database.read() as connection:
        ends = connection.scalars(select(schema.Override.ended_at).order_by(schema.Override.since)).all()
    assert list(ends) == [noon + HOUR, None]  # it says when it ended, not when somebody noticed


def test_an_end_that_has_passed_is_refused(database: Database, noon: datetime) -> None:
    with pytest.raises(OverrideEnded, match="later"):
        begin(database, OverrideName.CLOSED, noon, ends_at=noon)


def test_each_switch_is_in_the_change_log(database: Database, noon: datetime) -> None:
    begin(database, OverrideName.CLOSED, noon, number=NUMBER, note="storm")
    overrides.end_override(database, ANNE, OverrideName.CLOSED, number=NUMBER, at=noon + HOUR)
    overrides.end_override(database, ANNE, OverrideName.CLOSED, number=NUMBER, at=noon + HOUR)
    ended, begun = changes.list_changes(database, ANNE)
    assert (begun.kind, begun.subject, begun.by) == ("switch.closed", NUMBER, "anne")
    assert begun.after["note"] == "storm"
    assert ended.kind == "switch.closed.end"


def test_who_may_not_switch_changes_nothing(database: Database, noon: datetime) -> None:
    somebody = Actor(None, Role.MESSAGE_EDITOR, "somebody")
    with pytest.raises(Forbidden):
        overrides.begin_override(database, somebody, NewOverride(OverrideName.CLOSED), at=noon)
    switches.set_override(database, "closed", True, at=noon)
    with pytest.raises(Forbidden):
        overrides.end_override(database, somebody, OverrideName.CLOSED, at=noon)
    assert switches.is_switched(database, "closed")
