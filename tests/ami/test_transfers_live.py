"""Transfers on a real Asterisk while our own code serves no calls: what may be moved where, and wrap-ups afterwards."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asterisk_only import AsteriskOnly
from reception import wait_for

from ami.connection import open_connection
from ami.originate import Originator
from ami.transfers import find_talk as find_channels
from caller.phone import CallerId, Phone, PhoneEventKind, SipAccount
from records.calls.talks import find_current_talk
from records.endpoint_states import list_endpoint_states
from records.staff import agents, presence
from records.staff.presence import Presence, PresenceState
from records.staff.wrapups import find_wrapup_end
from records.transfers.transfers import Target, TargetKind, request_transfer
from standardiste.switchboard.asterisk_config import AMI_USER

PLAN = (
    (Path(__file__).parents[1] / "calls" / "plan.yaml")
    .read_text()
    .replace("max_wait_s: 8", "max_wait_s: 60")
    .replace("wrapup_s: 0", "wrapup_s: 30")
)


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsteriskOnly]:
    """Two agents. The end of a talk is known from the record of the call: AMI does not tell of it."""
    asterisk = AsteriskOnly(tmp_path_factory.mktemp("transfers") / "var", PLAN)
    with (asterisk.settings.asterisk_etc / "manager.conf").open("a") as file:
        file.write("\neventfilter(action(exclude),name(AgentComplete)) =\n")
    with ExitStack() as running:
        running.callback(asterisk.stop)
        asterisk.start()
        for name in ("Alice", "Bob"):
            agents.add_agent(asterisk.database, name, language="fr", at=datetime.now(UTC))
        running.enter_context(asterisk.run_switch(asterisk.settings.log / "switch.log"))
        wait_for(lambda: AMI_USER in asterisk.run_command("manager show connected"), "the connection", 30)
        wait_for(lambda: all(one.applied_at for one in presence.list_presences(asterisk.database)), "the members", 30)
        yield asterisk


@pytest.fixture
def desks(asterisk: AsteriskOnly) -> Iterator[list[Phone]]:
    with ExitStack() as phones:
        address = f"127.0.0.1:{asterisk.settings.sip_port}"
        accounts = [SipAccount(name, f"password-of-{name}", address) for name in ("p01", "p02")]
        desks = [phones.enter_context(Phone(account=account, auto_answer=True)) for account in accounts]
        known = lambda: list_endpoint_states(asterisk.database, at=datetime.now(UTC))  # noqa: E731
        wait_for(lambda: [one for one in known().values() if one.is_reachable][1:], "the desk phones on record", 40)
        yield desks


def agent(asterisk: AsteriskOnly, number: int) -> Presence:
    return presence.list_presences(asterisk.database)[number]


def test_when_our_code_is_dead_the_caller_waits_first_in_line_and_the_agent_wraps_up_right_after_the_transfer(
    asterisk: AsteriskOnly, desks: list[Phone]
) -> None:
    database = asterisk.database
    bob = agent(asterisk, 1)
    presence.set_presence(database, bob.agent_id, PresenceState.PAUSED, by="test", at=datetime.now(UTC))
    wait_for(lambda: "paused" in asterisk.run_command("queue show staff-fr"), "the pause")
    with Phone() as caller:
        caller.dial(asterisk.reception.uri(), CallerId("+33639980201"))
        desks[0].wait_for(PhoneEventKind.ANSWERED, 20)
        talk = wait_for(lambda: find_current_talk(database, "p01", datetime.now(UTC)), "the talk on record")
        presence.set_presence(database, bob.agent_id, PresenceState.READY, by="test", at=datetime.now(UTC))
        wait_for(lambda: "paused" not in asterisk.run_command("queue show staff-fr"), "the end of the pause")
        request_transfer(
            database,
            agent(asterisk, 0).agent_id,
            Target(TargetKind.PERSON, bob.agent_id),
            note=None,
            at=datetime.now(UTC),
        )
        desks[0].wait_for(PhoneEventKind.CLOSED, 20)
        until = wait_for(lambda: find_wrapup_end(agent(asterisk, 0), datetime.now(UTC)), "the wrap-up of the first", 5)
        assert until - datetime.now(UTC) > timedelta(seconds=20)
        desks[1].wait_for(PhoneEventKind.ANSWERED, 20)
        assert (
            wait_for(lambda: find_current_talk(database, "p02", datetime.now(UTC)), "the second talk").ref == talk.ref
        )
        assert find_current_talk(database, "p01", datetime.now(UTC)) is None
        caller.hangup()
    wait_for(lambda: find_wrapup_end(agent(asterisk, 1), datetime.now(UTC)), "the wrap-up of the second", 5)


def test_nothing_but_the_caller_of_the_named_call_is_moved(asterisk: AsteriskOnly, desks: list[Phone]) -> None:
    """Any channel may be named; only that of the call with this reference is moved, and only into our context."""
    for each in presence.list_presences(asterisk.database):
        presence.set_presence(asterisk.database, each.agent_id, PresenceState.READY, by="test", at=datetime.now(UTC))

    def find_talk() -> tuple[str, str] | None:
        talks = ((name, find_current_talk(asterisk.database, name, datetime.now(UTC))) for name in ("p01", "p02"))
        return next(((name, talk.ref) for name, talk in talks if talk), None)

    async def move(ref: str) -> None:
        async with open_connection(asterisk.ami_login, lambda _: None) as connection:
            channels = await connection.send_action("CoreShowChannels")
            found = find_channels(channels, talk, account)
            assert found and not find_channels(channels, talk, "p03") and not find_channels(channels, ref, account)
            await Originator(connection).originate_transfer("tr-999", *found, ref)

    wait_for(lambda: find_talk() is None, "the end of earlier talks")
    with Phone() as caller:
        caller.dial(asterisk.reception.uri(), CallerId("+33639980202"))
        account, talk = wait_for(find_talk, "the talk on record")
        asyncio.run(move("another.call"))
        wait_for(lambda: "tr-999" not in asterisk.run_command("core show channels concise"), "the end of the attempt")
        assert "!transfer" not in asterisk.run_command("core show channels concise")
        caller.hangup()
