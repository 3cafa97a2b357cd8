import sqlite3
from pathlib import Path

from records.base import Base, open_base
from records.checks import checks
from records.migrate import newest


def faults(base: Base) -> dict[str, str]:
    return {check.name: check.sentence for check in checks(base) if not check.ok and check.mend}


def test_a_fresh_base_is_fit(base: Base, file: Path) -> None:
    file.chmod(0o600)
    assert [check.sentence for check in checks(base) if not check.ok or check.mend] == []


def test_a_base_without_tables_says_so(tmp_path: Path) -> None:
    base = open_base(f"sqlite:///{tmp_path}/empty.db")
    assert faults(base)["base: schema"] == f"The base has schema none, not {newest()}."
    base.close()


def test_a_base_that_others_can_read_is_said(base: Base, file: Path) -> None:
    file.chmod(0o644)
    assert set(faults(base)) == {"base: rights"}


def test_a_row_whose_reference_is_gone_is_said(base: Base, file: Path) -> None:
    careless = sqlite3.connect(file)  # the driver's default heeds no reference
    careless.execute("INSERT INTO voicemail VALUES ('none', 'file', 1, '2025-03-03', 1)")
    careless.commit()
    careless.close()
    assert "in voicemail" in faults(base)["base: references"]


def test_a_damaged_file_is_said(base: Base, file: Path) -> None:
    base.close()
    with file.open("r+b") as damaged:
        damaged.seek(5 * 4096)
        damaged.write(b"\xff" * 8 * 4096)
    assert "damaged" in faults(base)["base: integrity"] or "cannot be used" in faults(base)["base: integrity"]


def test_a_base_held_by_another_names_the_mend(base: Base, file: Path) -> None:
    held = open_base(f"sqlite:///{file}")
    with held.write():
        found = {check.name: check for check in checks(base)}
    held.close()
    assert "Another process" in found["base: writing"].sentence
    assert "Find who holds" in found["base: writing"].mend
