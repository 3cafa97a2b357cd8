"""Hands callers over to whom their agent chose: each request once, and only while the two talk with each other."""

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NoReturn

from ami.connection import ActionRejected, AmiConnection, Headers
from ami.originate import Originator
from ami.requested_work import RequestedWork
from dialplan import names
from records.call_events import CallEvent, CallEventKind
from records.database.engine import Database
from records.transfers import transfers
from records.transfers.consultations import Step, claim_steps, list_consulted
from records.transfers.transfers import Transfer

log = logging.getLogger("switch")


class TransferStarter:
    """Starts requested transfers.

    `run` works until its connection is lost; `wake` says that there may be a new request. The call's record gets each
    from `add_event`.
    """

    def __init__(self, database: Database, add_event: Callable[[str, CallEvent], None]) -> None:
        self._database, self._add_event = database, add_event
        self._work = RequestedWork("callers are not handed over")
        self.wake = self._work.wake

    async def run(self, connection: AmiConnection) -> NoReturn:
        """Raises ConnectionLost; a transfer that was claimed and perhaps not sent is not sent again."""
        originator = Originator(connection)

        async def serve_requests() -> None:
            for transfer in await asyncio.to_thread(transfers.claim_transfers, self._database, at=datetime.now(UTC)):
                await self._start(connection, originator, transfer)
            for transfer, step in await asyncio.to_thread(claim_steps, self._database, at=datetime.now(UTC)):
                await self._take(connection, originator, transfer, step)

        await self._work.repeat(serve_requests)

    async def _start(self, connection: AmiConnection, originator: Originator, transfer: Transfer) -> None:
        try:
            channels = await connection.send_action("CoreShowChannels")
            if found := find_talk(channels, transfer.call_ref, transfer.from_account):
                if not transfer.speaks_first:
                    self._add_event(transfer.call_ref, _to_event(transfer, CallEventKind.TRANSFERRED))
                    return await originator.originate_transfer(f"tr-{transfer.id}", *found, transfer.call_ref)
                accounts = await asyncio.to_thread(list_consulted, self._database, transfer, at=datetime.now(UTC))
                self._add_event(transfer.call_ref, _to_event(transfer, CallEventKind.CONSULTED))
                return await originator.originate_consultation(f"cs-{transfer.id}", *found, transfer.call_ref, accounts)
            log.info("a caller was not handed over: the talk was over", extra={"call": transfer.call_ref})
        except ActionRejected as error:
            log.error("Asterisk rejected a transfer: %s", error, extra={"call": transfer.call_ref})
        await asyncio.to_thread(transfers.fail_transfer, self._database, transfer.id, at=datetime.now(UTC))

    async def _take(self, connection: AmiConnection, originator: Originator, transfer: Transfer, step: Step) -> None:
        """A step that comes too late changes nothing: its channels are gone."""
        channels = await connection.send_action("CoreShowChannels")
        agent, colleagues = find_consultation_channels(channels, transfer.call_ref, transfer.from_account)
        try:
            for colleague in colleagues if step is Step.BACK else colleagues[:1]:
                await originator.originate_consult_step(step, agent, colleague, transfer.call_ref)
        except ActionRejected as error:
            log.error("Asterisk rejected a step of a transfer: %s", error, extra={"call": transfer.call_ref})


def find_consultation_channels(channels: Sequence[Headers], ref: str, account: str) -> tuple[str, tuple[str, ...]]:
    """In the call `ref`: the channel of the agent with this SIP account, or "", and those of the other agents."""
    of_agents = re.compile(rf"Local/(\w+)@({names.DIAL_MEMBER}|{names.CONSULT_MEMBER})-\w+;1", re.ASCII)
    found = [one["Channel"] for one in channels if one.get("Linkedid") == ref and of_agents.fullmatch(one["Channel"])]
    own = next((name for name in found if name.startswith(f"Local/{account}@")), "")
    return own, tuple(name for name in found if name != own)


def find_talk(channels: Sequence[Headers], ref: str, account: str) -> tuple[str, str] | None:
    """The channels of the caller of `ref` and of the agent with this SIP account, if they are in one bridge."""
    kinds = f"{names.DIAL_MEMBER}|{names.CONSULT_MEMBER}"
    member = re.compile(rf"Local/{re.escape(account)}@({kinds})-\w+;1", re.ASCII)
    caller = next((one for one in channels if one.get("Uniqueid") == ref), None)
    if caller is None or not (bridge := caller.get("BridgeId")):
        return None
    together = (one["Channel"] for one in channels if one.get("BridgeId") == bridge)
    agent = next((name for name in together if member.fullmatch(name)), None)
    return (caller["Channel"], agent) if agent else None


def _to_event(transfer: Transfer, kind: CallEventKind) -> CallEvent:
    target = transfer.to_account or transfer.target.level or ""
    detail: dict[str, object] = {"phone": transfer.from_account, "to": str(transfer.target.kind), "target": target}
    return CallEvent(datetime.now(UTC), kind, detail)
