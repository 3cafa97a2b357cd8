"""Checks of the manager interface, and of the process that acts on Asterisk through it."""

import asyncio
from collections.abc import Iterator
from datetime import datetime

from ami.connection import ActionRejected, AmiLogin, ConnectionLost, LoginRejected, open_connection
from ami.leader import SWITCH_LEASE
from ami.queue.queue import Queue
from records import leases
from records.check_result import CheckResult
from records.database.engine import Database
from routing.languages import LANGUAGES
from translations.message import translatable, translatable_in_context


def check_manager_interface(leases_of: Database, login: AmiLogin, at: datetime) -> Iterator[CheckResult]:
    """Logs in as `serve-switch` does, and looks for the leading process, by its lease. Raises RecordsError."""
    try:
        members = asyncio.run(_count_members(login))
    except LoginRejected as error:
        yield CheckResult(
            "manager interface",
            False,
            translatable_in_context("manager login rejected", "%(error)s", error=error),
            translatable("Restart the server: script/server."),
        )
    except (ConnectionLost, ActionRejected) as error:
        yield CheckResult(
            "manager interface",
            False,
            translatable_in_context("manager interface unreachable", "%(error)s.", error=error),
            translatable("Start the server (script/server)."),
        )
    else:
        yield CheckResult(
            "manager interface",
            True,
            translatable("Asterisk lets us in; %(members)s members are in the queues.", members=members),
        )
    if leases.is_held(leases_of, SWITCH_LEASE, at):
        yield CheckResult("leader", True, translatable("A process follows Asterisk and acts on it."))
    else:
        yield CheckResult(
            "leader",
            False,
            translatable("No process acts on Asterisk: presence, overflow and voicemail stay as they are."),
            translatable("Read the log of `switch`, and start the server again."),
        )


async def _count_members(login: AmiLogin) -> int:
    async with open_connection(login, lambda event: None) as connection:
        members = [(await Queue(connection, language).status()).members for language in LANGUAGES]
    return max(map(len, members))  # every agent is a member of each queue
