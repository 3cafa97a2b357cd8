"""Transfers on a real Asterisk while our own code serves no calls: what may be moved where, and wrap-ups afterwards."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from asterisk_only import AsteriskOnly
from reception import wait_for

from ami.connection import open_connection
from ami.originate import Originator
from ami.transfers import find_consultation_channels
from ami.transfers import find_talk as find_channels
from caller.pcm import tone, write_wav
from caller.phone import CallerId, Phone, PhoneEventKind, SipAccount
from caller.prompt_recognizer import PromptRecognizer
from caller.tones import Tone
from records.calls.call_detail import get_call_detail
from records.calls.live_calls import list_live_calls
from records.calls.talks import find_current_talk, list_talks
from records.endpoint_states import list_endpoint_states
from records.staff import agents, presence
from records.staff.presence import Presence, PresenceState
from records.staff.wrapups import find_wrapup_end
from records.transfers.consultations import Stage, Step, find_consultation, request_step
from records.transfers.transfers import Target, TargetKind, request_transfer
from standardiste.switchboard.asterisk_config import AMI_USER

ALICE_HZ, BOB_HZ, CALLER_HZ = 440, 880, 620
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
def desks(asterisk: AsteriskOnly, tmp_path: Path) -> Iterator[list[Phone]]:
    """The telephones of both, each with a tone of its own."""
    with ExitStack() as phones:
        address = f"127.0.0.1:{asterisk.settings.sip_port}"
        accounts = [SipAccount(name, f"password-of-{name}", address) for name in ("p01", "p02")]
        desks = [
            phones.enter_context(Phone(account=account, auto_answer=True, outgoing_audio=voice(tmp_path, hertz)))
            for account, hertz in zip(accounts, (ALICE_HZ, BOB_HZ), strict=True)
        ]
        known = lambda: list_endpoint_states(asterisk.database, at=datetime.now(UTC))  # noqa: E731
        wait_for(lambda: [one for one in known().values() if one.is_reachable][1:], "the desk phones on record", 40)
        yield desks


def voice(folder: Path, hertz: int) -> Path:
    file = folder / f"{hertz}.wav"
    write_wav(file, tone(hertz, 60))
    return file


def hears(phone: Phone, hertz: int, after_s: float = 0.0) -> bool:
    """Whether the telephone heard this tone later than so many seconds after its first sound."""
    heard = PromptRecognizer({}).recognize(phone.received_audio())
    return any(isinstance(one, Tone) and abs(one.frequency - hertz) < 10 and one.end_s > after_s for one in heard)


def last_tones(phone: Phone) -> set[int]:
    """Of the three voices those that the telephone heard in the last second."""
    spectrum = np.abs(np.fft.rfft(phone.received_audio()[-8000:], 8000)) / 4000  # amplitudes, by hertz
    return {hertz for hertz in (ALICE_HZ, BOB_HZ, CALLER_HZ) if spectrum[hertz] > 1000}


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


@contextmanager
def alice_speaks_with_bob(asterisk: AsteriskOnly, desks: list[Phone], folder: Path) -> Iterator[tuple[Phone, str]]:
    """A caller, who hears music, and the reference of their call."""
    database = asterisk.database
    alice, bob = agent(asterisk, 0), agent(asterisk, 1)
    for each, state in ((alice, PresenceState.READY), (bob, PresenceState.PAUSED)):
        presence.set_presence(database, each.agent_id, state, by="test", at=datetime.now(UTC))
    applied = lambda: all(one.applied_at for one in presence.list_presences(database))  # noqa: E731
    wait_for(applied, "the members")
    with Phone(outgoing_audio=voice(folder, CALLER_HZ)) as caller:
        caller.dial(asterisk.reception.uri(), CallerId("+33639980203"))
        wait_for(
            lambda: (
                not is_wrapping_up(asterisk) and any(one.kind is PhoneEventKind.ANSWERED for one in desks[0].events)
            ),
            "Alice to answer",
            40,
        )
        talk = wait_for(lambda: find_current_talk(database, "p01", datetime.now(UTC)), "the talk on record")
        presence.set_presence(database, bob.agent_id, PresenceState.READY, by="test", at=datetime.now(UTC))
        target = Target(TargetKind.PERSON, bob.agent_id)
        request_transfer(database, alice.agent_id, target, note=None, at=datetime.now(UTC), speaks_first=True)
        desks[1].wait_for(PhoneEventKind.ANSWERED, 20)
        wait_for(lambda: stage(asterisk) is Stage.SPEAKING, "the consultation on record")
        assert {"p01", "p02"} <= set(list_live_calls(database, datetime.now(UTC)).talking)
        yield caller, talk.ref


def is_wrapping_up(asterisk: AsteriskOnly) -> bool:
    """Whether Alice still wraps up the call of the test before; she ends it."""
    alice, at = agent(asterisk, 0), datetime.now(UTC)
    if find_wrapup_end(alice, at) is None:
        return False
    presence.set_presence(asterisk.database, alice.agent_id, PresenceState.READY, by="test", at=at)
    return True


def stage(asterisk: AsteriskOnly) -> Stage | None:
    found = find_consultation(asterisk.database, agent(asterisk, 0).agent_id, datetime.now(UTC))
    return found.stage if found else None


def go_on(asterisk: AsteriskOnly, step: Step) -> None:
    request_step(asterisk.database, agent(asterisk, 0).agent_id, step, at=datetime.now(UTC))


def list_phones(asterisk: AsteriskOnly, ref: str) -> list[str]:
    detail = get_call_detail(asterisk.database, ref)
    return [one.phone for one in list_talks(detail.events, detail.call.ended_at)]


def test_an_agent_speaks_with_a_colleague_then_all_three_then_the_caller_and_the_colleague_alone(
    asterisk: AsteriskOnly, desks: list[Phone], tmp_path: Path
) -> None:
    with alice_speaks_with_bob(asterisk, desks, tmp_path) as (caller, ref):
        wait_for(lambda: hears(desks[0], BOB_HZ) and hears(desks[1], ALICE_HZ), "the two to hear each other")
        assert not hears(desks[1], CALLER_HZ) and not hears(caller, BOB_HZ)
        go_on(asterisk, Step.JOIN)
        wait_for(lambda: stage(asterisk) is Stage.TOGETHER, "all three on record")
        both = {ALICE_HZ, BOB_HZ}
        wait_for(lambda: both <= last_tones(caller), "the caller to hear both")
        wait_for(lambda: {CALLER_HZ, BOB_HZ} <= last_tones(desks[0]), "Alice to hear both")
        go_on(asterisk, Step.LEAVE)
        desks[0].wait_for(PhoneEventKind.CLOSED, 20)
        wait_for(lambda: last_tones(caller) == {BOB_HZ}, "the caller to hear Bob alone")
        wait_for(lambda: find_wrapup_end(agent(asterisk, 0), datetime.now(UTC)), "the wrap-up of Alice", 5)
        assert find_wrapup_end(agent(asterisk, 1), datetime.now(UTC)) is None
        caller.hangup()
        desks[1].wait_for(PhoneEventKind.CLOSED, 20)
    wait_for(lambda: list_phones(asterisk, ref) == ["p01", "p02"], "the talks on record")
    wait_for(lambda: find_wrapup_end(agent(asterisk, 1), datetime.now(UTC)), "the wrap-up of Bob", 5)


@pytest.mark.long
def test_an_agent_takes_the_caller_back_and_the_colleague_is_free_again(
    asterisk: AsteriskOnly, desks: list[Phone], tmp_path: Path
) -> None:
    with alice_speaks_with_bob(asterisk, desks, tmp_path) as (caller, ref):
        go_on(asterisk, Step.BACK)
        desks[1].wait_for(PhoneEventKind.CLOSED, 20)
        wait_for(lambda: last_tones(caller) == {ALICE_HZ}, "the caller to hear Alice")
        wait_for(lambda: stage(asterisk) is None, "the end on record")
        assert set(list_live_calls(asterisk.database, datetime.now(UTC)).talking) == {"p01"}
        desks[0].hangup()
        caller.wait_for(PhoneEventKind.CLOSED, 20)
    assert list_phones(asterisk, ref) == ["p01"]


@pytest.mark.long
def test_who_hangs_up_while_they_speak_with_the_colleague_has_handed_the_caller_over(
    asterisk: AsteriskOnly, desks: list[Phone], tmp_path: Path
) -> None:
    with alice_speaks_with_bob(asterisk, desks, tmp_path) as (caller, ref):
        desks[0].hangup()
        wait_for(lambda: last_tones(caller) == {BOB_HZ}, "the caller to hear Bob")
        wait_for(lambda: CALLER_HZ in last_tones(desks[1]), "Bob to hear the caller")
        desks[1].hangup()
        caller.wait_for(PhoneEventKind.CLOSED, 20)
    wait_for(lambda: list_phones(asterisk, ref) == ["p01", "p02"], "the talks on record")


def test_a_step_moves_no_channel_of_another_call(asterisk: AsteriskOnly, desks: list[Phone], tmp_path: Path) -> None:
    async def take(step: Step) -> None:
        async with open_connection(asterisk.ami_login, lambda _: None) as connection:
            channels = await connection.send_action("CoreShowChannels")
            own, others = find_consultation_channels(channels, ref, "p01")
            assert own and others and find_consultation_channels(channels, "another.call", "p01") == ("", ())
            await Originator(connection).originate_consult_step(step, own, others[0], "another.call")

    with alice_speaks_with_bob(asterisk, desks, tmp_path) as (caller, ref):
        for step in Step:
            asyncio.run(take(step))
        gone = lambda: "consult-step" not in asterisk.run_command("core show channels concise")  # noqa: E731
        wait_for(gone, "the end of the attempts")
        assert stage(asterisk) is Stage.SPEAKING
        assert "!consult-room!" not in asterisk.run_command("core show channels concise")
        caller.hangup()
