"""Does the work with which each part starts, once and before they are forked, so that they share its memory."""

from contextlib import suppress
from datetime import UTC, datetime

from records.errors import RecordsError
from records.staff import agents
from routing.hours import public_holidays
from routing.plan.errors import PlanError
from standardiste.installation import Installation
from standardiste.parts import forking
from standardiste.settings import Settings


def warm_up(settings: Settings) -> None:
    """Imports the code of the installation's parts, and reads its database.

    Nothing of the database stays open, because that must not cross a fork
    (https://www.sqlite.org/howtocorrupt.html, 2.6).
    """
    forking.import_code(settings.parts)
    public_holidays.preload_holidays(datetime.now(UTC).date())
    installation = Installation(settings)
    try:
        with suppress(RecordsError, PlanError):  # the parts themselves report what is wrong
            _ = installation.plan
            agents.list_agents(installation.database)
    finally:
        installation.close()
    forking.freeze()
