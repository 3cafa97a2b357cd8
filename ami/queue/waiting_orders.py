"""Carries out what supervisors decide about callers who wait: each decision once, and only while the caller waits."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NoReturn

from ami.connection import ActionRejected
from ami.queue.events import QueueEventRecorder
from ami.queue.queue import Queue
from ami.requested_work import RequestedWork
from dialplan import names
from records.call_events import CallEvent, CallEventKind
from records.calls.waiting_orders import OrderKind, WaitingOrder, claim_orders
from records.database.engine import Database

log = logging.getLogger("switch")

_WITHDRAW: Mapping[OrderKind, str] = {
    OrderKind.FIRST: names.WITHDRAW_FIRST,
    OrderKind.OVERFLOW: names.WITHDRAW_OVERFLOW,
    OrderKind.OFFER: names.WITHDRAW_OFFER,
}


class WaitingOrders:
    """`run` works until its connection is lost; `wake` says that there may be a new decision."""

    def __init__(self, database: Database, events: QueueEventRecorder) -> None:
        self._database, self._events = database, events
        self._work = RequestedWork("callers who wait are not moved")
        self.wake = self._work.wake

    async def run(self, queues: Sequence[Queue]) -> NoReturn:
        """Raises ConnectionLost; an order that was claimed and perhaps not sent is not sent again."""

        async def serve_requests() -> None:
            for order in await asyncio.to_thread(claim_orders, self._database, at=datetime.now(UTC)):
                await self._carry_out(queues, order)

        await self._work.repeat(serve_requests)

    async def _carry_out(self, queues: Sequence[Queue], order: WaitingOrder) -> None:
        reason = _WITHDRAW[order.kind]
        try:
            for queue in queues:
                entry = next((one for one in (await queue.status()).entries if one.ref == order.call_ref), None)
                if entry:
                    await queue.withdraw(entry.channel, reason)
                    detail: dict[str, object] = {"queue": queue.name, "reason": reason, "position": entry.position}
                    event = CallEvent(datetime.now(UTC), CallEventKind.QUEUE_WITHDRAWN, detail)
                    return self._events.add(order.call_ref, event)
        except ActionRejected:  # the caller was answered, or hung up, at this moment
            pass
        log.info("a caller was not moved: they did not wait any more", extra={"call": order.call_ref})
