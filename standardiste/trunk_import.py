"""Trunks of the settings file: taken over into the database once, after which the file's entry has no effect."""

from collections.abc import Sequence
from datetime import datetime

from records import trunks
from records.actor import SYSTEM, command_line_actor
from records.trunks import StoredTrunk
from standardiste.installation import Installation


def import_trunks(installation: Installation, at: datetime) -> Sequence[str]:
    """The names of trunks that were taken over now: those that the database never had.

    One that was removed from the database stays removed. Raises RecordsError.
    """
    configured = installation.settings.trunks
    known = trunks.list_names_ever(installation.database) if configured else frozenset()
    new = [name for name in configured if name not in known]
    for name in new:
        trunks.add_trunk(
            installation.database,
            command_line_actor(SYSTEM),
            installation.secret_box,
            StoredTrunk(name, name, configured[name]),
            at=at,
            kind="trunk.import",
        )
    return new
