"""Renders Asterisk's files from the current database, and makes a running Asterisk read them."""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from records.plan.reader import NoPlan, PlanReader
from records.staff import agents
from routing.plan.model import Plan
from standardiste.installation import Installation
from standardiste.switchboard import asterisk_config
from standardiste.switchboard.asterisk import AsteriskNotFound

log = logging.getLogger("standardiste")


def render_asterisk_config(installation: Installation, plan: Plan | None = None) -> None:
    """Writes Asterisk's files from `plan`, by default the plan in force. Raises RecordsError, AsteriskNotFound."""
    with _render_lock(installation):
        _render(installation, plan)


def reload_asterisk(installation: Installation, plan: Plan | None = None) -> None:
    """Like `render_asterisk_config`, then Asterisk reads the files, if it runs; calls in progress are not disturbed.

    Where this machine has no Asterisk, what was changed is in the database already: the log says so, and the files are
    written when the server starts.
    """
    with _render_lock(installation):
        try:
            _render(installation, plan)
        except AsteriskNotFound as error:
            log.warning("%s Until then a change does not reach the telephones.", error)
            return
        installation.asterisk_cli.reload()


def _render(installation: Installation, plan: Plan | None) -> None:
    asterisk_config.render_config(
        installation.settings,
        installation.asterisk,
        plan or _plan_in_force(installation),
        agents.list_sip_accounts(installation.database),
        installation.trunks,
    )


def _plan_in_force(installation: Installation) -> Plan:
    """Read anew: a process that runs for long has read its `plan` when it started."""
    try:
        return PlanReader(installation.database).read().plan
    except NoPlan:
        return installation.plan


@contextmanager
def _render_lock(installation: Installation) -> Iterator[None]:
    """One process at a time, from reading the database on: an earlier state must not replace a later one."""
    with (installation.settings.var / "asterisk-files.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
