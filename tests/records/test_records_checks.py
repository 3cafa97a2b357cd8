import sqlite3
from pathlib import Path

import pytest
from bases import Maker, held
from promises import NOON, brought_to

from records import switches
from records.base import Base, open_base
from records.checks import checks
from records.migrate import newest
from routing.callback_states import CallbackState


def faults(base: Base) -> dict[str, str]:
    return {check.name: check.sentence for check in checks(base) if not check.ok and check.mend}


def test_a_fresh_base_is_fit(base: Base) -> None:
    if base.file:
        base.file.chmod(0o600)
    assert [check.sentence for check in checks(base) if not check.ok or check.mend] == []


def test_a_base_without_tables_says_so(bases: Maker) -> None:
    base = open_base(bases.empty())
    assert faults(base)["base: schema"] == f"The base has schema none, not {newest()}."
    base.close()


@pytest.mark.engine("sqlite")
def test_a_base_that_others_can_read_is_said(base: Base, file: Path) -> None:
    file.chmod(0o644)
    assert set(faults(base)) == {"base: rights"}


@pytest.mark.engine("sqlite")
def test_a_row_whose_reference_is_gone_is_said(base: Base, file: Path) -> None:
    careless = sqlite3.connect(file)  # the driver's default heeds no reference
    careless.execute("INSERT INTO voicemail VALUES ('none', 'file', 1, '2025-03-03', 1)")
    careless.commit()
    careless.close()
    assert "in voicemail" in faults(base)["base: references"]


@pytest.mark.engine("sqlite")
def test_a_damaged_file_is_said(base: Base, file: Path) -> None:
    base.close()
    with file.open("r+b") as damaged:
        damaged.seek(5 * 4096)
        damaged.write(b"\xff" * 8 * 4096)
    assert "damaged" in faults(base)["base: integrity"] or "cannot be used" in faults(base)["base: integrity"]


def test_callbacks_that_wait_for_a_person_or_stand_still_are_advice_and_no_fault(base: Base) -> None:
    brought_to(base, CallbackState.TO_CHECK)
    switches.turn(base, "callbacks", True, by="anne", at=NOON)

    told = {check.name: check for check in checks(base) if check.name.startswith("callbacks")}
    assert [check.ok for check in told.values()] == [True, True]
    assert told["callbacks: to check"].sentence == "Callbacks that a person must check: 1."
    assert "callback check" in (told["callbacks: to check"].mend or "")
    assert (
        told["callbacks: paused"].sentence
        == "Callbacks are paused since 2030-01-07 12:00 UTC, by anne: nobody is rung."
    )
    assert "callbacks resume" in (told["callbacks: paused"].mend or "")


def test_a_base_held_by_another_names_the_mend(base: Base, base_url: str) -> None:
    with held(base_url):
        found = {check.name: check for check in checks(base)}
    assert "Another process" in found["base: writing"].sentence
    assert "Find who holds" in found["base: writing"].mend
