"""Brings a base to the schema of this version of the software."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from records.base import Base, open_base, take_turn
from records.errors import RecordsError

MIGRATIONS = Path(__file__).parent / "migrations"
UPGRADE_WAIT_MS = 60_000


def upgrade(url: str) -> bool:
    """Makes or changes the tables, all or nothing; False when there was nothing to do.

    Several processes may do it at once: one does, the others wait and find it done.
    Raises BaseBusy, BaseUnavailable, RecordsError for a later base.
    """
    base = open_base(url)
    try:
        if applied(base) == newest():
            return False
        with base.write(UPGRADE_WAIT_MS) as connection:
            take_turn(connection, "migration")
            config = _config()
            config.attributes["connection"] = connection
            _to_newest(config)
        return True
    finally:
        base.close()


def version(url: str) -> str | None:
    """The schema's revision at `url`, None for an empty base."""
    base = open_base(url)
    try:
        return applied(base)
    finally:
        base.close()


def applied(base: Base) -> str | None:
    """The schema's revision in this base, None for an empty one."""
    with base.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision that this version of the software needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _to_newest(config: Config) -> None:
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise RecordsError("The base was written by a later version of the software; run that version.") from error


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
