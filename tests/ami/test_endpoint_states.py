"""The state of telephones, as pages see it while the switch process asks Asterisk again and again."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from scripted_ami import ScriptedAmi

from ami import endpoint_states
from ami.connection import open_connection
from ami.wake_event import WakeEvent
from records.database.engine import Database
from records.endpoint_states import EndpointState, list_endpoint_states

PHONE, NEWCOMER = "phone-one", "phone-two"
THERE = b"Response: Success\r\nActionID: %s\r\nVariable: x\r\nValue: sip:phone@192.0.2.1\r\n\r\n"
WITHIN_S = 10.0


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_states, "EVERY_S", 0.01)
    monkeypatch.setattr(endpoint_states, "RENEW_AFTER", timedelta(seconds=0.05))
    monkeypatch.setattr("records.endpoint_states.RENEW_AFTER", timedelta(seconds=0.02))


def watch(database: Database, endpoints: dict[str, bool], story: Callable[[WakeEvent], Awaitable[None]]) -> None:
    """The loop on an Asterisk that reaches every telephone, beside what the story does."""

    async def run() -> None:
        async with ScriptedAmi() as ami:
            ami.answers["Getvar"] = THERE
            async with open_connection(ami.login, lambda *_: None) as connection:
                changed = WakeEvent()
                loop = endpoint_states.record_endpoint_states(connection, database, lambda: dict(endpoints), changed)
                watching = asyncio.create_task(loop)
                try:
                    async with asyncio.timeout(WITHIN_S):
                        await story(changed)
                finally:
                    watching.cancel()
                    with suppress(asyncio.CancelledError):
                        await watching

    asyncio.run(run())


async def seen(database: Database, name: str, after: datetime | None = None) -> datetime:
    """When this telephone's state was last known, once that is after `after`."""
    while True:
        states: Mapping[str, EndpointState] = await asyncio.to_thread(
            list_endpoint_states, database, at=datetime.now(UTC)
        )
        known = states[name].checked_at if name in states else None
        if known and (after is None or known > after):
            return known
        await asyncio.sleep(0.01)


def test_a_telephone_whose_state_does_not_change_stays_known(database: Database) -> None:
    async def story(changed: WakeEvent) -> None:
        first = await seen(database, PHONE)
        await seen(database, PHONE, after=first)

    watch(database, {PHONE: True}, story)


def test_a_telephone_that_is_added_is_seen_after_a_wake(database: Database) -> None:
    endpoints = {PHONE: True}

    async def story(changed: WakeEvent) -> None:
        await seen(database, PHONE)
        endpoints[NEWCOMER] = True
        changed.wake()
        await seen(database, NEWCOMER)

    watch(database, endpoints, story)
