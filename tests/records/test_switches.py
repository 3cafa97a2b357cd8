from datetime import datetime, timedelta

import pytest

from records import switches
from records.base import Base
from records.switches import Switch, SwitchName


def test_what_nobody_turned_is_off(base: Base) -> None:
    assert switches.current(base) == {name: Switch(name, on=False) for name in SwitchName}


def test_a_switch_says_who_turned_it_when_and_why(base: Base, noon: datetime) -> None:
    switches.turn(base, "closed", True, by="anne", note="storm", at=noon)

    closed = switches.current(base)["closed"]
    assert closed == Switch(SwitchName.CLOSED, True, "anne", noon, "storm")
    assert not switches.current(base)["overflow"].on


def test_a_switch_turned_to_where_it_is_keeps_its_beginning(base: Base, noon: datetime) -> None:
    switches.turn(base, "overflow", True, by="anne", at=noon)
    later = noon + timedelta(hours=1)

    assert switches.turn(base, "overflow", True, by="basile", at=later).since == noon
    assert switches.turn(base, "overflow", False, by="basile", at=later).since == later


def test_only_known_switches_can_be_turned(base: Base, noon: datetime) -> None:
    with pytest.raises(ValueError, match="heating"):
        switches.turn(base, "heating", True, by="anne", at=noon)
