"""The process that controls Asterisk over AMI and records what happened to calls.

One process leads; others may stand by to take over.
"""

import asyncio
import logging
import os
import secrets
import signal
import socket
import sys
from datetime import UTC, datetime

from ami.connection import LoginRejected
from ami.leader import SWITCH_LEASE, LeaderElection, LeaseLost
from ami.reconnection import first_cause, run_isolated
from records.database.engine import Database, open_database
from records.errors import RecordsError
from records.staff import agents
from routing.hours import public_holidays
from standardiste.installation import Installation
from standardiste.parts.asterisk_logs import CHECK_INTERVAL_S, AsteriskLogs
from standardiste.parts.heartbeat import Heartbeat
from standardiste.parts.supervisord_control import EXIT_NO_RESTART
from standardiste.parts.switch_work import SwitchWork

log = logging.getLogger("switch")


def serve(installation: Installation) -> None:
    """Returns after SIGTERM or SIGINT; exits with EXIT_NO_RESTART when only a person can help."""
    public_holidays.preload_holidays(datetime.now(UTC).date())
    try:
        asyncio.run(_serve(installation))
    except ExceptionGroup as ended:
        if not (refused := ended.subgroup(LoginRejected)):
            raise
        log.critical("%s", first_cause(refused))
        sys.exit(EXIT_NO_RESTART)
    finally:
        installation.close()


async def _serve(installation: Installation) -> None:
    watched = open_database(installation.settings.sqlalchemy_url, connections=1)
    leader = LeaderElection(
        installation.switch_leases, SWITCH_LEASE, f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
    )
    tending = asyncio.create_task(_tend_logs_forever(installation))
    task = asyncio.create_task(_lead_forever(installation, leader, watched))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        pass
    finally:
        tending.cancel()
        await leader.resign()
        watched.close()


async def _tend_logs_forever(installation: Installation) -> None:
    """Without leading: Asterisk's logs grow also while the database is away, by which a leader is elected."""
    settings = installation.settings
    logs = AsteriskLogs(
        settings.log / "asterisk" / "messages",
        settings.asterisk_security_events,
        settings.telephone_failures,
        lambda: _desks_by_account(installation),
    )
    failed = False
    while True:
        try:
            if failed or logs.have_grown():
                await asyncio.to_thread(logs.tend)
            failed = False
        except Exception as error:  # whatever it is: strangers write what is read, and the logs must stay small
            if not failed:
                reason = error if isinstance(error, OSError) else type(error).__name__  # no stranger's text
                log.error("Asterisk's logs are not kept small: %s", reason)
            failed = True
        await asyncio.sleep(CHECK_INTERVAL_S)


def _desks_by_account(installation: Installation) -> dict[str, str]:
    """Empty while the database cannot be read."""
    try:
        return {account.name: account.desk for account in agents.list_sip_accounts(installation.database)}
    except RecordsError:
        return {}


async def _lead_forever(installation: Installation, leader: LeaderElection, watched: Database) -> None:
    heartbeat = Heartbeat(installation.settings.heartbeats, "switch")
    while True:
        await leader.wait_until_elected(heartbeat.beat)  # a process that stands by is alive too
        log.info("leading")
        try:
            await run_isolated(SwitchWork(installation).run(leader, watched, heartbeat))
        except ExceptionGroup as ended:
            lost, others = ended.split(LeaseLost)
            if others:
                raise others from None
            log.error("no longer leading: %s", first_cause(lost or ended))
