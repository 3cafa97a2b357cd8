"""The link on a scripted peer that breaks in every way; stock panoramisk shows that the faults are real."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest
from panoramisk import Manager
from scripted_ami import SUCCESS, ScriptedAmi, listed, message

from ami import link as links
from ami import reconnecting
from ami.link import Account, Link, LinkLost, Refused, Unsayable, WrongPassword, linked
from ami.queue import Member, Queue
from ami.reconnecting import stay_linked

AT_ONCE_S = 0.5


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconnecting, "BACK_OFF_S", (0.01, 0.02))


DESK = Member("p01", "Local/p01@member/n", "PJSIP/p01", penalty=1, paused_for="presence-2")

ACTIONS: dict[str, Callable[[Queue], Awaitable[object]]] = {
    "QueueAdd": lambda queue: queue.add(DESK),
    "QueueRemove": lambda queue: queue.remove(DESK),
    "QueuePause": lambda queue: queue.pause(DESK),
    "QueuePenalty": lambda queue: queue.penalise(DESK),
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
"""Lines of each action as it is sent, the empty one at its end included."""

CUTS = [(action, line) for action, lines in LINES.items() for line in range(1, lines + 1)]


def run(test: Callable[[ScriptedAmi], Awaitable[None]]) -> None:
    async def on_a_peer() -> None:
        async with asyncio.timeout(5), ScriptedAmi() as ami:
            await test(ami)

    asyncio.run(on_a_peer())


def deaf(_event: object) -> None:
    pass


# --- a lost link ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("action", "line"), CUTS)
def test_a_link_cut_at_any_header_of_any_action_is_told_at_once_and_nothing_is_sent_again(
    action: str, line: int
) -> None:
    async def test(ami: ScriptedAmi) -> None:
        ami.hang_up_at(action, line)
        outcomes: list[str] = []
        again = asyncio.Event()

        async def work(link: Link) -> None:
            if outcomes:  # the next link: whatever would be sent again has been, once a ping is answered
                await link.ask("Ping")
                again.set()
                await asyncio.Future()
            try:
                async with asyncio.timeout(AT_ONCE_S):
                    await ACTIONS[action](Queue(link, "fr"))
            except LinkLost:
                outcomes.append("lost")
                raise

        linking = asyncio.create_task(stay_linked(ami.account, work, deaf))
        await again.wait()
        linking.cancel()
        assert outcomes == ["lost"]
        assert len(ami.asked("Login")) == 2
        assert len(ami.asked(action)) == 1

    run(test)


def test_who_is_told_to_end_while_the_link_is_being_lost_ends() -> None:
    async def test(ami: ScriptedAmi) -> None:
        working = asyncio.Event()

        async def until_ended() -> None:
            working.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                raise LinkLost("at the same moment") from None

        async def work(link: Link) -> None:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(until_ended())

        linking = asyncio.create_task(stay_linked(ami.account, work, deaf))
        await working.wait()
        linking.cancel()
        with pytest.raises(asyncio.CancelledError):
            async with asyncio.timeout(AT_ONCE_S):
                await linking

    run(test)


@pytest.mark.parametrize("size", [0, 1, len(b"Response: Success\r\n"), len(SUCCESS) - 4])
def test_an_answer_that_breaks_off_is_no_answer(size: int) -> None:
    async def test(ami: ScriptedAmi) -> None:
        ami.hang_up_after("QueueAdd", size)
        async with linked(ami.account, deaf) as link:
            with pytest.raises(LinkLost):
                async with asyncio.timeout(AT_ONCE_S):
                    await Queue(link, "fr").add(DESK)
            with pytest.raises(LinkLost):
                await link.watch()

    run(test)


def test_stock_panoramisk_sends_an_unanswered_action_again_on_its_next_connection() -> None:
    """The fault planted: were our link like this, the tests above would count two of each action."""

    async def test(ami: ScriptedAmi) -> None:
        ami.hang_up_at("QueueAdd", 2)
        account = ami.account
        secrets = {"username": account.user, "secret": account.password}
        stock = Manager(
            host=account.host, port=account.port, loop=asyncio.get_running_loop(), reconnect_timeout=0, **secrets
        )
        await stock.connect()
        await stock.authenticated_future
        stock.send_action({"Action": "QueueAdd", "Queue": "staff", "Interface": DESK.interface})
        while len(ami.asked("QueueAdd")) < 2:
            await asyncio.sleep(0.01)
        stock.close()

    run(test)


def test_a_peer_that_falls_silent_is_noticed_within_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert links.PING_S + links.ANSWER_S < 5
    monkeypatch.setattr(links, "PING_S", 0.1)
    monkeypatch.setattr(links, "ANSWER_S", 0.1)

    async def test(ami: ScriptedAmi) -> None:
        async with linked(ami.account, deaf) as link:
            ami.answers["Ping"] = ami.answers["QueueStatus"] = None
            waiting = asyncio.create_task(link.ask("QueueStatus", Queue="staff"))
            with pytest.raises(LinkLost, match=r"did not answer within 0\.1 s"):
                await link.watch()
            with pytest.raises(LinkLost):
                await waiting

    run(test)


def test_nobody_there_is_a_lost_link_and_not_a_crash() -> None:
    async def test() -> None:
        with pytest.raises(LinkLost, match="cannot be reached"):
            async with linked(Account(1, "tester", "secret"), deaf):
                pass

    asyncio.run(test())


def test_a_peer_that_never_greets_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "ANSWER_S", 0.1)

    async def test(ami: ScriptedAmi) -> None:
        ami.answers["Login"] = None
        with pytest.raises(LinkLost, match="silence"):
            async with linked(ami.account, deaf):
                pass

    run(test)


def test_the_pause_between_links_grows_and_the_trouble_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    nobody = Account(1, "tester", "secret")

    async def work(link: Link) -> None:
        raise AssertionError("there is no link")

    async def test() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await stay_linked(nobody, work, deaf)

    with caplog.at_level(logging.WARNING):
        asyncio.run(test())
    assert caplog.text.count("no link to Asterisk") == 1


# --- who we are -------------------------------------------------------------------------------------------------------


def test_a_wrong_password_is_tried_once(caplog: pytest.LogCaptureFixture) -> None:
    async def work(link: Link) -> None:
        raise AssertionError("not logged in")

    async def test(ami: ScriptedAmi) -> None:
        stranger = Account(ami.account.port, "tester", "another")
        with pytest.raises(WrongPassword, match="restart the server"):
            await stay_linked(stranger, work, deaf)
        assert len(ami.asked("Login")) == 1

    run(test)
    assert "another" not in caplog.text


def test_an_account_does_not_show_its_password() -> None:
    assert "secret" not in repr(Account(1, "tester", "secret"))


def test_who_may_not_act_any_more_sends_nothing() -> None:
    class NotAllowed(Exception):
        pass

    def never() -> None:
        raise NotAllowed

    async def test(ami: ScriptedAmi) -> None:
        async with linked(ami.account, deaf, allowed=never) as link:
            with pytest.raises(NotAllowed):
                await Queue(link, "fr").add(DESK)
            with pytest.raises(NotAllowed):
                await link.watch()
        assert {request["Action"] for request in ami.requests} == {"Login"}

    run(test)


# --- what is said -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("evil", ["\r\nAction: QueueRemove", "\n", "\r", "\0", "\t", "\x85", "\u2028", "X=1,EVIL=1"])
def test_a_value_that_would_be_read_as_more_is_refused_before_it_is_sent(evil: str) -> None:
    async def test(ami: ScriptedAmi) -> None:
        async with linked(ami.account, deaf) as link:
            with pytest.raises(Unsayable):
                await link.ask("QueueAdd", Queue="staff", Interface=f"Local/p01{evil}")
            await link.ask("Ping")
        assert [request["Action"] for request in ami.requests] == ["Login", "Ping"]

    run(test)


def test_a_refusal_is_told_in_asterisks_words() -> None:
    async def test(ami: ScriptedAmi) -> None:
        refusal = b"Response: Error\r\nActionID: %s\r\nMessage: Unable to add interface: Already there\r\n\r\n"
        ami.answers |= {"QueueAdd": refusal, "QueueStatus": refusal}
        async with linked(ami.account, deaf) as link:
            for ask in (ACTIONS["QueueAdd"], ACTIONS["QueueStatus"]):
                with pytest.raises(Refused, match="Already there"):
                    await ask(Queue(link, "fr"))

    run(test)


def test_an_answer_that_sounds_like_the_head_of_a_list_is_one_answer() -> None:
    async def test(ami: ScriptedAmi) -> None:
        ami.answers["QueueAdd"] = b"Response: Success\r\nActionID: %s\r\nMessage: Added interface to queue\r\n\r\n"
        async with linked(ami.account, deaf) as link, asyncio.timeout(AT_ONCE_S):
            await Queue(link, "fr").add(DESK)

    run(test)


def test_a_list_is_its_entries() -> None:
    async def test(ami: ScriptedAmi) -> None:
        ami.answers["QueueStatus"] = listed(["Event: QueueMember", "Name: p01"], ["Event: QueueMember", "Name: p02"])
        async with linked(ami.account, deaf) as link:
            entries = await link.ask("QueueStatus", Queue="staff")
            assert [entry["Name"] for entry in entries] == ["p01", "p02"]
            ami.answers["QueueStatus"] = listed()
            assert await link.ask("QueueStatus", Queue="staff") == ()

    run(test)


# --- what is heard ----------------------------------------------------------------------------------------------------


def test_a_character_split_over_two_segments_arrives_whole() -> None:
    async def test(ami: ScriptedAmi) -> None:
        heard: list[str] = []
        said = message("Event: QueueMemberPause", "MemberName: Zoé €")
        async with linked(ami.account, lambda event: heard.append(event.get("MemberName", ""))) as link:
            for cut in range(1, len(said)):
                await ami.say(said[:cut], said[cut:])
            await link.ask("Ping")
        assert [name for name in heard if name] == ["Zoé €"] * (len(said) - 1)

    run(test)


def test_bytes_that_are_no_text_do_not_end_the_link() -> None:
    async def test(ami: ScriptedAmi) -> None:
        async with linked(ami.account, deaf) as link:
            await ami.say(b"Event: X\r\nName: \xff\xfe\xc3\r\n\r\n", b"\r\n\r\nnonsense\r\n\r\n")
            await link.ask("Ping")

    run(test)


def test_an_error_in_who_listens_does_not_end_the_link(caplog: pytest.LogCaptureFixture) -> None:
    def clumsy(event: object) -> None:
        raise KeyError("+33639980001")

    async def test(ami: ScriptedAmi) -> None:
        async with linked(ami.account, clumsy) as link:
            await ami.say(message("Event: QueueCallerJoin", "CallerIDNum: +33639980001"))
            await link.ask("Ping")

    run(test)
    assert "KeyError" in caplog.text
    assert "+33639980001" not in caplog.text
