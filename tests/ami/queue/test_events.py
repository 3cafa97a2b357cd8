"""Events of calls are written in order, and one of an unknown call holds up no other."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from asterisk_files import open_call

from ami.queue import events
from ami.queue.events import QueueEventRecorder
from records.call_events import CallEvent, CallEventKind
from records.calls.call_detail import get_call_detail
from records.database.engine import Database


def test_an_event_of_an_unknown_call_holds_up_no_other(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "AGAIN_S", 0.02)
    now = datetime.now(UTC)
    open_call(database, "1.1", now)
    recorder = QueueEventRecorder(database, ["staff-fr"])

    def positions(ref: str) -> list[object]:
        return [event.detail["position"] for event in get_call_detail(database, ref).events]

    async def test() -> None:
        for position, ref in enumerate(["9.9", "1.1", "1.2", "1.1", "1.2"]):
            recorder.add(
                ref, CallEvent(now + timedelta(0, position), CallEventKind.QUEUE_ABANDONED, {"position": position})
            )
        writing = asyncio.create_task(recorder.run())
        while len(positions("1.1")) < 2:
            await asyncio.sleep(0.01)
        open_call(database, "1.2", now)
        while len(positions("1.2")) < 2:
            await asyncio.sleep(0.01)
        writing.cancel()

    asyncio.run(test())
    assert (positions("1.1"), positions("1.2")) == ([1, 3], [2, 4])
