"""The AMI connection on a scripted peer that fails in many ways; plain panoramisk shows that the faults are real."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest
from panoramisk import Manager
from scripted_ami import REFUSAL, SUCCESS, ScriptedAmi, format_message, list_response

from ami import connection as connection_module
from ami import reconnection
from ami.connection import (
    ActionRejected,
    AmiConnection,
    AmiLogin,
    ConnectionLost,
    InvalidHeaderValue,
    LoginRejected,
    open_connection,
)
from ami.queue.queue import Queue, QueueMember
from ami.reconnection import stay_connected

IMMEDIATELY_S = 0.5


@pytest.fixture(autouse=True)
def short_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconnection, "BACK_OFF_S", (0.01, 0.02))


DESK = QueueMember("p01", "Local/p01@member/n", "PJSIP/p01", penalty=1, pause_reason="presence-2")

ACTIONS: dict[str, Callable[[Queue], Awaitable[object]]] = {
    "QueueAdd": lambda queue: queue.add(DESK),
    "QueueRemove": lambda queue: queue.remove(DESK),
    "QueuePause": lambda queue: queue.pause(DESK),
    "QueuePenalty": lambda queue: queue.set_penalty(DESK),
    "QueueWithdrawCaller": lambda queue: queue.withdraw("PJSIP/trunk-00000001", "overflow"),
    "QueueStatus": lambda queue: queue.status(),
}
LINES = {
    "QueueAdd": 10,
    "QueueRemove": 5,
    "QueuePause": 7,
    "QueuePenalty": 6,
    "QueueWithdrawCaller": 6,
    "QueueStatus": 4,
}
"""Lines of each action as it is sent, including the empty line at its end."""

CUTS = [(action, line) for action, lines in LINES.items() for line in range(1, lines + 1)]


def run(test: Callable[[ScriptedAmi], Awaitable[None]]) -> None:
    async def on_a_peer() -> None:
        async with asyncio.timeout(5), ScriptedAmi() as ami:
            await test(ami)

    asyncio.run(on_a_peer())


def ignore(_event: object) -> None:
    pass


# --- a lost connection ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("action", "line"), CUTS)
def test_a_connection_lost_within_an_action_is_reported_at_once_and_nothing_is_sent_again(
    action: str, line: int
) -> None:
    async def test(ami: ScriptedAmi) -> None:
        ami.hang_up_at(action, line)
        outcomes: list[str] = []
        again = asyncio.Event()

        async def work(connection: AmiConnection) -> None:
            if outcomes:  # the next connection: a repeated action would arrive before this ping
                await connection.send_action("Ping")
                again.set()
                await asyncio.Future()
            try:
                async with asyncio.timeout(IMMEDIATELY_S):
                    await ACTIONS[action](Queue(connection, "fr"))
            except ConnectionLost:
                outcomes.append("lost")
                raise

        reconnecting = asyncio.create_task(stay_connected(ami.login, work, ignore))
        await again.wait()
        reconnecting.cancel()
        assert outcomes == ["lost"]
        assert len(ami.requests_for("Login")) == 2
        assert len(ami.requests_for(action)) == 1

    run(test)


def test_a_cancellation_while_the_connection_is_lost_ends_the_task() -> None:
    async def test(ami: ScriptedAmi) -> None:
        working = asyncio.Event()

        async def until_ended() -> None:
            working.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                raise ConnectionLost("at the same moment") from None

        async def work(connection: AmiConnection) -> None:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(until_ended())

        reconnecting = asyncio.create_task(stay_connected(ami.login, work, ignore))
        await working.wait()
        reconnecting.cancel()
        with pytest.raises(asyncio.CancelledError):
            async with asyncio.timeout(IMMEDIATELY_S):
                await reconnecting

    run(test)


@pytest.mark.parametrize("size", [0, 1, len(b"Response: Success\r\n"), len(SUCCESS) - 4])
def test_an_incomplete_answer_is_a_lost_connection(size: int) -> None:
    async def test(ami: ScriptedAmi) -> None:
        ami.hang_up_after("QueueAdd", size)
        async with open_connection(ami.login, ignore) as connection:
            with pytest.raises(ConnectionLost):
                async with asyncio.timeout(IMMEDIATELY_S):
                    await Queue(connection, "fr").add(DESK)
            with pytest.raises(ConnectionLost):
                await connection.keep_alive()

    run(test)


def test_plain_panoramisk_sends_an_unanswered_action_again_on_its_next_connection() -> None:
    """Shows the fault: with this behaviour the tests above would count two of each action."""

    async def test(ami: ScriptedAmi) -> None:
        ami.hang_up_at("QueueAdd", 2)
        login = ami.login
        credentials = {"username": login.user, "secret": login.password}
        manager = Manager(
            host=login.host, port=login.port, loop=asyncio.get_running_loop(), reconnect_timeout=0, **credentials
        )
        await manager.connect()
        await manager.authenticated_future
        manager.send_action({"Action": "QueueAdd", "Queue": "staff", "Interface": DESK.interface})
        while len(ami.requests_for("QueueAdd")) < 2:
            await asyncio.sleep(0.01)
        manager.close()

    run(test)


def test_a_silent_peer_is_noticed_within_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert connection_module.PING_S + connection_module.ANSWER_S < 5
    monkeypatch.setattr(connection_module, "PING_S", 0.1)
    monkeypatch.setattr(connection_module, "ANSWER_S", 0.1)

    async def test(ami: ScriptedAmi) -> None:
        async with open_connection(ami.login, ignore) as connection:
            ami.answers["Ping"] = ami.answers["QueueStatus"] = None
            waiting = asyncio.create_task(connection.send_action("QueueStatus", Queue="staff"))
            with pytest.raises(ConnectionLost, match=r"did not answer within 0\.1 s"):
                await connection.keep_alive()
            with pytest.raises(ConnectionLost):
                await waiting

    run(test)


def test_a_port_without_a_listener_is_a_lost_connection() -> None:
    async def test() -> None:
        with pytest.raises(ConnectionLost, match="cannot be reached"):
            async with open_connection(AmiLogin(1, "tester", "secret"), ignore):
                pass

    asyncio.run(test())


def test_a_login_without_an_answer_is_a_lost_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "ANSWER_S", 0.1)

    async def test(ami: ScriptedAmi) -> None:
        ami.answers["Login"] = None
        with pytest.raises(ConnectionLost, match="no answer"):
            async with open_connection(ami.login, ignore):
                pass

    run(test)


def test_repeated_failures_to_connect_are_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    unreachable = AmiLogin(1, "tester", "secret")

    async def work(connection: AmiConnection) -> None:
        raise AssertionError("there is no connection")

    async def test() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await stay_connected(unreachable, work, ignore)

    with caplog.at_level(logging.WARNING):
        asyncio.run(test())
    assert caplog.text.count("AMI connection lost") == 1


# --- login ------------------------------------------------------------------------------------------------------------


def test_a_wrong_password_is_tried_once(caplog: pytest.LogCaptureFixture) -> None:
    async def work(connection: AmiConnection) -> None:
        raise AssertionError("not logged in")

    async def test(ami: ScriptedAmi) -> None:
        wrong_login = AmiLogin(ami.login.port, "tester", "another")
        with pytest.raises(LoginRejected, match="restart the server"):
            await stay_connected(wrong_login, work, ignore)
        assert len(ami.requests_for("Login")) == 1

    run(test)
    assert "another" not in caplog.text


def test_a_login_that_asterisk_refuses_while_it_shuts_down_is_tried_again() -> None:
    logged_in = asyncio.Event()

    async def work(connection: AmiConnection) -> None:
        logged_in.set()
        await asyncio.Event().wait()

    async def test(ami: ScriptedAmi) -> None:
        ami.answers["Login"] = REFUSAL.replace(b"Authentication failed", b"Asterisk is shutting down")
        connecting = asyncio.create_task(stay_connected(ami.login, work, ignore))
        while not ami.requests_for("Login"):
            await asyncio.sleep(0.01)
        del ami.answers["Login"]
        await logged_in.wait()
        connecting.cancel()

    run(test)


def test_the_repr_of_a_login_does_not_contain_its_password() -> None:
    assert "secret" not in repr(AmiLogin(1, "tester", "secret"))


def test_a_process_that_may_not_act_sends_nothing() -> None:
    class NotAllowed(Exception):
        pass

    def never() -> None:
        raise NotAllowed

    async def test(ami: ScriptedAmi) -> None:
        async with open_connection(ami.login, ignore, check_allowed=never) as connection:
            with pytest.raises(NotAllowed):
                await Queue(connection, "fr").add(DESK)
            with pytest.raises(NotAllowed):
                await connection.keep_alive()
        assert {request["Action"] for request in ami.requests} == {"Login"}

    run(test)


# --- actions ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("evil", ["\r\nAction: QueueRemove", "\n", "\r", "\0", "\t", "\x85", "\u2028", "X=1,EVIL=1"])
def test_a_value_that_asterisk_would_read_as_more_headers_is_rejected_before_it_is_sent(evil: str) -> None:
    async def test(ami: ScriptedAmi) -> None:
        async with open_connection(ami.login, ignore) as connection:
            with pytest.raises(InvalidHeaderValue):
                await connection.send_action("QueueAdd", Queue="staff", Interface=f"Local/p01{evil}")
            await connection.send_action("Ping")
        assert [request["Action"] for request in ami.requests] == ["Login", "Ping"]

    run(test)


def test_a_rejection_gives_the_reason_of_asterisk() -> None:
    async def test(ami: ScriptedAmi) -> None:
        rejection = b"Response: Error\r\nActionID: %s\r\nMessage: Unable to add interface: Already there\r\n\r\n"
        ami.answers |= {"QueueAdd": rejection, "QueueStatus": rejection}
        async with open_connection(ami.login, ignore) as connection:
            for action in (ACTIONS["QueueAdd"], ACTIONS["QueueStatus"]):
                with pytest.raises(ActionRejected, match="Already there"):
                    await action(Queue(connection, "fr"))

    run(test)


def test_an_answer_that_mentions_a_queue_is_not_taken_for_a_list() -> None:
    async def test(ami: ScriptedAmi) -> None:
        ami.answers["QueueAdd"] = b"Response: Success\r\nActionID: %s\r\nMessage: Added interface to queue\r\n\r\n"
        async with open_connection(ami.login, ignore) as connection, asyncio.timeout(IMMEDIATELY_S):
            await Queue(connection, "fr").add(DESK)

    run(test)


def test_the_answer_to_a_list_action_is_its_entries() -> None:
    async def test(ami: ScriptedAmi) -> None:
        ami.answers["QueueStatus"] = list_response(
            ["Event: QueueMember", "Name: p01"], ["Event: QueueMember", "Name: p02"]
        )
        async with open_connection(ami.login, ignore) as connection:
            entries = await connection.send_action("QueueStatus", Queue="staff")
            assert [entry["Name"] for entry in entries] == ["p01", "p02"]
            ami.answers["QueueStatus"] = list_response()
            assert await connection.send_action("QueueStatus", Queue="staff") == ()

    run(test)


# --- events -----------------------------------------------------------------------------------------------------------


def test_a_character_split_over_two_segments_arrives_whole() -> None:
    async def test(ami: ScriptedAmi) -> None:
        names: list[str] = []
        message = format_message("Event: QueueMemberPause", "MemberName: Zoé €")
        async with open_connection(ami.login, lambda event: names.append(event.get("MemberName", ""))) as connection:
            for cut in range(1, len(message)):
                await ami.send(message[:cut], message[cut:])
            await connection.send_action("Ping")
        assert [name for name in names if name] == ["Zoé €"] * (len(message) - 1)

    run(test)


def test_bytes_that_are_not_utf_8_do_not_end_the_connection() -> None:
    async def test(ami: ScriptedAmi) -> None:
        async with open_connection(ami.login, ignore) as connection:
            await ami.send(b"Event: X\r\nName: \xff\xfe\xc3\r\n\r\n", b"\r\n\r\nnonsense\r\n\r\n")
            await connection.send_action("Ping")

    run(test)


def test_an_error_in_an_event_handler_does_not_end_the_connection(caplog: pytest.LogCaptureFixture) -> None:
    def failing(event: object) -> None:
        raise KeyError("+33639980001")

    async def test(ami: ScriptedAmi) -> None:
        async with open_connection(ami.login, failing) as connection:
            await ami.send(format_message("Event: QueueCallerJoin", "CallerIDNum: +33639980001"))
            await connection.send_action("Ping")

    run(test)
    assert "KeyError" in caplog.text
    assert "+33639980001" not in caplog.text
