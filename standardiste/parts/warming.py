"""Does the work with which each part starts, once and before they are forked, so that they share its memory."""

from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module

from agi.config_snapshot import SnapshotReader
from records.errors import RecordsError
from records.staff import agents
from records.trunks import has_trunks
from routing.hours import public_holidays
from routing.plan.errors import PlanError
from standardiste.installation import Installation, prepare_forks
from standardiste.parts import forking
from standardiste.settings import Settings

APPLICATIONS = ("public", "console", "centre")
"""The parts that have `create_application(installation)`."""


def warm_up(settings: Settings) -> None:
    """Imports the code of the installation's parts, reads its database, and makes what they serve.

    Nothing of the database stays open, because that must not cross a fork
    (https://www.sqlite.org/howtocorrupt.html, 2.6).
    """
    forking.import_code(settings.parts)
    if "live" in settings.parts:
        import_module("standardiste.parts.asgi_server").import_protocols()
    public_holidays.preload_holidays(datetime.now(UTC).date())
    installation = Installation(settings)
    try:
        with suppress(RecordsError, PlanError, OSError):  # the parts themselves report what is wrong
            _ = installation.plan
            agents.list_agents(installation.database)
            if "calls" in settings.parts:
                SnapshotReader(
                    installation.database, settings.config_snapshot_file, has_outbound_trunk=has_trunks
                ).close()
            for part in APPLICATIONS:
                if part in settings.parts:
                    import_module(f"standardiste.parts.{part}").create_application(installation)
    finally:
        installation.close()
    prepare_forks(installation)
    forking.freeze()
