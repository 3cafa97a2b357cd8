"""Manual overrides."""

from datetime import datetime, timedelta

import pytest

from records import overrides
from records.database.engine import Database
from records.overrides import Override, OverrideName


def test_an_override_that_was_never_set_is_inactive(database: Database) -> None:
    assert overrides.get_overrides(database) == {name: Override(name, active=False) for name in OverrideName}


def test_an_override_records_who_set_it_when_and_why(database: Database, noon: datetime) -> None:
    overrides.set_override(database, "closed", True, by="anne", note="storm", at=noon)

    closed = overrides.get_overrides(database)["closed"]
    assert closed == Override(OverrideName.CLOSED, True, "anne", noon, "storm")
    assert not overrides.get_overrides(database)["overflow"].active


def test_setting_an_override_to_its_value_keeps_its_since(database: Database, noon: datetime) -> None:
    overrides.set_override(database, "overflow", True, by="anne", at=noon)
    later = noon + timedelta(hours=1)

    assert overrides.set_override(database, "overflow", True, by="basile", at=later).since == noon
    assert overrides.set_override(database, "overflow", False, by="basile", at=later).since == later


def test_only_known_overrides_can_be_set(database: Database, noon: datetime) -> None:
    with pytest.raises(ValueError, match="heating"):
        overrides.set_override(database, "heating", True, by="anne", at=noon)
