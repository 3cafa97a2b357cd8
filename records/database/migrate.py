"""Migrates a database to the schema of this version of the software."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from records.database.engine import Database, acquire_lock, open_database
from records.errors import RecordsError

MIGRATIONS = Path(__file__).parent.parent / "migrations"
UPGRADE_WAIT_MS = 60_000


def upgrade(url: str) -> bool:
    """Creates or changes the tables, all or nothing; False when there was nothing to do.

    Several processes may call it at once: one migrates, the others wait and find nothing to do.
    Raises DatabaseBusy, DatabaseUnavailable, RecordsError for a database of a later version.
    """
    database = open_database(url)
    try:
        if current_revision(database) == head_revision():
            return False
        with database.write(UPGRADE_WAIT_MS) as connection:
            acquire_lock(connection, "migration")
            config = _config()
            config.attributes["connection"] = connection
            _to_newest(config)
        return True
    finally:
        database.close()


def revision_at(url: str) -> str | None:
    """The schema revision of the database at `url`; None for an empty database."""
    database = open_database(url)
    try:
        return current_revision(database)
    finally:
        database.close()


def current_revision(database: Database) -> str | None:
    """The schema revision of this database; None for an empty one."""
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str | None:
    """The revision that this version of the software needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def is_known_revision(revision: str | None) -> bool:
    """False for a revision of a later version of the software; True for None, an empty database."""
    known = {each.revision for each in ScriptDirectory.from_config(_config()).walk_revisions()}
    return revision is None or revision in known


def _to_newest(config: Config) -> None:
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise RecordsError("The database was written by a later version of the software; run that version.") from error


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
