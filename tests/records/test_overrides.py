from datetime import datetime, timedelta

import pytest

from records import overrides
from records.database.engine import Database
from records.overrides import Override, OverrideName


def test_what_nobody_turned_is_off(database: Database) -> None:
    assert overrides.get_overrides(database) == {name: Override(name, active=False) for name in OverrideName}


def test_a_switch_says_who_turned_it_when_and_why(database: Database, noon: datetime) -> None:
    overrides.set_override(database, "closed", True, by="anne", note="storm", at=noon)

    closed = overrides.get_overrides(database)["closed"]
    assert closed == Override(OverrideName.CLOSED, True, "anne", noon, "storm")
    assert not overrides.get_overrides(database)["overflow"].active


def test_a_switch_turned_to_where_it_is_keeps_its_beginning(database: Database, noon: datetime) -> None:
    overrides.set_override(database, "overflow", True, by="anne", at=noon)
    later = noon + timedelta(hours=1)

    assert overrides.set_override(database, "overflow", True, by="basile", at=later).since == noon
    assert overrides.set_override(database, "overflow", False, by="basile", at=later).since == later


def test_only_known_switches_can_be_turned(database: Database, noon: datetime) -> None:
    with pytest.raises(ValueError, match="heating"):
        overrides.set_override(database, "heating", True, by="anne", at=noon)
