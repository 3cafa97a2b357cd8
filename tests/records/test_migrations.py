import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from subprocess import Popen

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, select, text

from records import presence
from records.base import Base, open_base
from records.errors import RecordsError
from records.migrate import MIGRATIONS, applied, newest, upgrade, version
from records.people import staff
from records.schema import Purpose, Table

UPGRADE = "from records.migrate import upgrade; upgrade(sys.argv[1])"


def test_the_migrations_make_exactly_the_declared_tables(base: Base) -> None:
    with base.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []


def test_the_migrations_make_exactly_the_declared_constraints(base: Base, tmp_path: Path) -> None:
    declared = open_base(f"sqlite:///{tmp_path}/declared.db")
    with declared.write() as connection:
        Table.metadata.create_all(connection)
    schemas = []
    for one in (base, declared):
        with one.read() as connection:
            statements = connection.execute(text("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")).scalars()
            schemas.append({_in_any_order(sql) for sql in statements if "alembic_version" not in sql})
    declared.close()
    assert schemas[0] == schemas[1]


def _in_any_order(sql: str) -> frozenset[str]:
    # A column added later stands behind the constraints, after ", " instead of a new line.
    parts = re.split(r"\n|, (?=[a-z_]+ [A-Z]+\b)", sql.removesuffix(")"))
    return frozenset(part.strip(" ,\t") for part in parts) - {""}


def test_a_base_up_to_date_is_left_alone(file: Path) -> None:
    assert upgrade(f"sqlite:///{file}") is False
    assert version(f"sqlite:///{file}") == newest()


def test_two_starts_at_once_migrate_once(tmp_path: Path, another_process: Callable[..., Popen[str]]) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    starts = [another_process(UPGRADE, url) for _ in range(2)]
    assert [start.wait(60) for start in starts] == [0, 0]
    assert version(url) == newest()


def test_a_base_of_a_later_version_is_refused(base: Base, file: Path) -> None:
    with base.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RecordsError, match="later version"):
        upgrade(f"sqlite:///{file}")


def test_every_migration_can_be_taken_back(base: Base) -> None:
    with base.write() as connection:
        command.downgrade(_config(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
    assert applied(base) is None


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def test_who_worked_here_before_presence_was_known_is_rung_as_before(tmp_path: Path, noon: datetime) -> None:
    url = f"sqlite:///{tmp_path}/old.db"
    base = open_base(url)
    with base.write() as connection:
        command.upgrade(_config(connection), "0001")
        person = "INSERT INTO person (name, language, added_at, left_at) VALUES (:name, 'en', :at, :left)"
        for name, left in (("Anne", None), ("Basile", noon)):
            connection.execute(text(person), {"name": name, "at": noon.isoformat(), "left": left and left.isoformat()})
        connection.execute(text("INSERT INTO phone_account (name, password, claimed_by) VALUES ('p01', 'secret', 1)"))

    assert upgrade(url) is True

    (anne,) = staff(base)
    assert (anne.rank, anne.outside_number, anne.speaks) == (1, None, ("en",))
    assert [(one.name, one.state, one.applied_at) for one in presence.all(base)] == [("Anne", "ready", None)]
    base.close()


def test_every_purpose_says_how_long_it_keeps_what(base: Base) -> None:
    with base.read() as connection:
        kept = {
            row.code: row.retention_days for row in connection.execute(select(Purpose.code, Purpose.retention_days))
        }
    assert set(kept) == {"reception", "callback", "campaigning", "satisfaction"}
    assert min(kept.values()) > 0
