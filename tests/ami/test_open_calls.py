"""Calls whose end was not logged are closed by comparing the record with Asterisk's channels."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import plan_variants
import pytest
from asterisk_files import details, open_call
from callback_records import accept_callback, callback_state, place_attempt
from scripted_ami import ScriptedAmi

from ami import open_calls
from ami.connection import ConnectionLost, open_connection
from ami.open_calls import OpenCalls, list_channels
from records.call_events import CallEventKind, Disposition
from records.callbacks import callback_attempts
from records.database.engine import Database
from routing.callbacks.states import CallbackState as S
from routing.plan import parsing

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
PLAN = parsing.parse_plan(plan_variants.plan_with())

CHANNEL = "Event: CoreShowChannel\r\nActionID: %s\r\nChannel: PJSIP/trunk-1\r\nUniqueid: {}\r\nLinkedid: {}\r\n\r\n"
LIST = (
    "Response: Success\r\nActionID: %s\r\nEventList: start\r\nMessage: Channels will follow\r\n\r\n"
    "{}Event: CoreShowChannelsComplete\r\nActionID: %s\r\nEventList: Complete\r\nListItems: {}\r\n\r\n"
)


@pytest.fixture
def look(database: Database) -> Callable[..., None]:
    """`look(at, channels)`: compares; the log was read to its end just before, or at `log_read_at`."""
    read_at: list[datetime | None] = [None]
    compared = OpenCalls(database, lambda: PLAN, lambda: read_at[0])

    def look(at: datetime, *channels: str, log_read_at: datetime | None = NOON + 60 * MINUTE) -> None:
        read_at[0] = log_read_at
        compared.close_missing(channels, at)

    return look


def test_a_call_whose_end_was_not_logged_is_closed_and_one_under_way_is_not(
    database: Database, look: Callable[..., None]
) -> None:
    for ref in ("1.1", "1.2", "1.3"):
        open_call(database, ref, NOON - MINUTE, CallEventKind.QUEUE_ENTERED)
    look(NOON, "1.2")
    look(NOON + 5 * SECOND, "1.2", "1.3")  # 1.3 was missing once only

    found = details(database)
    assert {ref: found[ref].call.ended_at for ref in found} == {"1.1": NOON, "1.2": None, "1.3": None}
    assert found["1.1"].call.disposition is Disposition.ABANDONED


def test_a_call_is_not_closed_before_the_log_was_read_since_it_was_missing(
    database: Database, look: Callable[..., None]
) -> None:
    open_call(database, "1.1", NOON - MINUTE)
    for seconds in (0, 5, 10):
        look(NOON + seconds * SECOND, log_read_at=NOON - SECOND)
    assert details(database)["1.1"].call.ended_at is None
    look(NOON + 15 * SECOND, log_read_at=NOON + 12 * SECOND)
    assert details(database)["1.1"].call.ended_at == NOON


def test_a_log_that_cannot_be_read_does_not_keep_calls_open(database: Database, look: Callable[..., None]) -> None:
    open_call(database, "1.1", NOON - MINUTE)
    for seconds in range(0, 65, 5):
        look(NOON + seconds * SECOND, log_read_at=None)
    assert details(database)["1.1"].call.ended_at == NOON


def test_a_call_that_has_just_begun_is_left_alone(database: Database, look: Callable[..., None]) -> None:
    open_call(database, "1.1", NOON - SECOND)
    look(NOON)
    look(NOON + 5 * SECOND)
    assert details(database)["1.1"].call.ended_at is None


def test_a_callback_attempt_whose_channel_is_gone_is_left_to_a_person(
    database: Database, look: Callable[..., None]
) -> None:
    ref = accept_callback(database).ref
    attempt = place_attempt(database, ref, NOON)
    assert callback_attempts.authorize_dial(database, attempt.channel_id, at=NOON)
    later = NOON + 2 * MINUTE
    look(later, attempt.channel_id)
    look(later + 5 * SECOND)
    assert callback_state(database, ref) is S.VISITOR_RINGING
    look(later + 10 * SECOND)
    assert callback_state(database, ref) is S.TO_CHECK


def test_the_channels_of_asterisk_are_looked_at_as_long_as_the_connection_lasts(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_calls, "EVERY_S", 0.02)
    now = datetime.now(UTC)
    open_call(database, "1.1", now - MINUTE)
    open_call(database, "1.2", now - MINUTE)

    async def test() -> None:
        compared = OpenCalls(database, lambda: PLAN, lambda: datetime.now(UTC))
        async with ScriptedAmi() as server:
            channels = CHANNEL.format("1.2", "1.2") + CHANNEL.format("9.2", "9.1")
            server.answers["CoreShowChannels"] = LIST.format(channels, 2).encode()
            async with open_connection(server.login, lambda event: None) as connection:
                assert await list_channels(connection) == {"1.2", "9.1", "9.2"}
                running = asyncio.create_task(compared.run(connection))
                while details(database)["1.1"].call.ended_at is None:
                    await asyncio.sleep(0.01)
                connection.close("the end of the test")
                with pytest.raises(ConnectionLost):
                    await running

    asyncio.run(test())
    assert details(database)["1.2"].call.ended_at is None
