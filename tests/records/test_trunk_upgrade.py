"""Trunks of a settings file of version 0.2 come into the database, once, on both engines."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from records import changes, trunks
from records.actor import command_line_actor
from records.database.engine import Database
from records.trunks import StoredTrunk
from standardiste import settings_loading
from standardiste.installation import Installation
from standardiste.installation_folders import create_folders
from standardiste.trunk_import import import_trunks
from standardiste.trunk_key_file import ensure_key

SECRET = "se;cret [of] = us"
NOW = datetime(2030, 3, 4, 12, tzinfo=UTC)
OLD_FILE = f"""
sip_port = 5070
[trunks.op]
address = "op.example"
user = "us"
password = "{SECRET}"
transport = "tls"
srtp = true
networks = ["198.51.100.0/28"]
caller_ids = ["+33199000000"]
calls_per_second = 5
[trunks.two]
address = "198.51.100.2"
numbers = "national"
"""


@pytest.fixture
def upgraded(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """An installation with this database, and the settings file of the version before."""
    file = tmp_path / "standardiste.toml"
    file.write_text(OLD_FILE)
    monkeypatch.setenv("STANDARDISTE_CONFIG", str(file))
    monkeypatch.setenv("STANDARDISTE_VAR", str(tmp_path / "var"))
    installation = Installation(settings_loading.load())
    create_folders(installation.settings)
    ensure_key(installation.settings.trunk_key_file)
    vars(installation)["database"] = database
    return installation


def stored(installation: Installation) -> tuple[StoredTrunk, ...]:
    return trunks.list_trunks(installation.database, installation.secret_box)


def test_every_setting_and_the_password_come_along_and_the_password_is_encrypted(upgraded: Installation) -> None:
    assert import_trunks(upgraded, NOW) == ["op", "two"]

    assert {one.name: one.trunk for one in stored(upgraded)} == dict(upgraded.settings.trunks)
    assert [one.trunk.password.get_secret_value() for one in stored(upgraded)] == [SECRET, ""]
    with upgraded.database.read() as connection:
        rows = str(connection.exec_driver_sql("SELECT * FROM trunk").all())
        log = str(connection.exec_driver_sql("SELECT * FROM change").all())
    assert SECRET not in rows + log
    kinds = [change.kind for change in changes.list_changes(upgraded.database, command_line_actor("test"))]
    assert kinds == ["trunk.import"] * 2


def test_the_file_counts_once_whatever_became_of_a_trunk_since(upgraded: Installation) -> None:
    actor = command_line_actor("test")
    import_trunks(upgraded, NOW)
    trunks.remove_trunk(upgraded.database, actor, "two", at=NOW)
    (op,) = stored(upgraded)
    changed = StoredTrunk("op", "Opérateur", op.trunk.model_copy(update={"calls_per_second": 2}))
    trunks.change_trunk(upgraded.database, actor, upgraded.secret_box, changed, keeps_password=True, at=NOW)

    assert import_trunks(upgraded, NOW) == []

    (op,) = stored(upgraded)
    assert (op.label, op.trunk.calls_per_second) == ("Opérateur", 2)
    assert op.trunk.password.get_secret_value() == SECRET
