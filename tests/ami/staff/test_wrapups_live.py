"""The wrap-up after a call: a real Asterisk, a real desk phone and callers, the running process."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asterisk_only import AsteriskOnly
from reception import wait_for

from caller.phone import CallerId, Phone, SipAccount
from caller.phone_events import PhoneEventKind
from records.staff import agents, presence
from records.staff.presence import Presence, PresenceState
from records.staff.wrapups import find_wrapup_end, lengthen_wrapup
from standardiste.switchboard.asterisk_config import AMI_USER

WRAPUP, MORE = timedelta(seconds=5), timedelta(seconds=2)
PLAN = (
    (Path(__file__).parents[2] / "calls" / "plan.yaml")
    .read_text()
    .replace("max_wait_s: 8", "max_wait_s: 60")
    .replace("wrapup_s: 0", f"wrapup_s: {WRAPUP.seconds}\n  more_wrapup_s: {MORE.seconds}")
)


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsteriskOnly]:
    asterisk = AsteriskOnly(tmp_path_factory.mktemp("wrapups") / "var", PLAN)
    with ExitStack() as running:
        running.callback(asterisk.stop)
        asterisk.start()
        agents.add_agent(asterisk.database, "A", language="fr", at=datetime.now(UTC))
        yield asterisk


@pytest.fixture
def desk(asterisk: AsteriskOnly) -> Iterator[Phone]:
    account = SipAccount("p01", "password-of-p01", f"127.0.0.1:{asterisk.settings.sip_port}")
    with Phone(account=account) as phone:
        wait_for(lambda: " Avail " in asterisk.run_command("pjsip show contacts"), "the desk phone", 10)
        yield phone


@contextmanager
def connected_switch(asterisk: AsteriskOnly) -> Iterator[None]:
    """The process runs, is connected, and has made the agent a member."""
    with asterisk.run_switch(asterisk.settings.log / "switch.log"):
        wait_for(lambda: AMI_USER in asterisk.run_command("manager show connected"), "the connection", 30)
        wait_for(lambda: agent(asterisk).applied_at, "the member", 30)
        yield


def agent(asterisk: AsteriskOnly) -> Presence:
    return presence.list_presences(asterisk.database)[0]


@contextmanager
def waiting_caller(asterisk: AsteriskOnly) -> Iterator[None]:
    with Phone() as caller:
        caller.dial(asterisk.reception.uri(), CallerId("+33639980202"))
        wait_for(lambda: waits(asterisk), "the caller to wait", 15)
        yield
    wait_for(lambda: not waits(asterisk), "the caller to have left")


def waits(asterisk: AsteriskOnly) -> bool:
    return "has 1 calls" in asterisk.run_command("queue show staff-fr")


def take_a_call(asterisk: AsteriskOnly, desk: Phone) -> datetime:
    """A call through the queue ends; gives the end of the wrap-up that is then on record."""
    started_s = desk.elapsed_s()
    with Phone() as caller:
        caller.dial(asterisk.reception.uri(), CallerId("+33639980201"))
        desk.wait_for(PhoneEventKind.INCOMING, 20, after_s=started_s)
        desk.answer()
        desk.wait_for(PhoneEventKind.ANSWERED, after_s=started_s)
        caller.hangup()
    return wait_for(lambda: find_wrapup_end(agent(asterisk), datetime.now(UTC)), "the wrap-up on record")


def test_an_agent_who_lengthens_the_wrapup_is_rung_when_it_ends_also_after_a_restart_of_the_process(
    asterisk: AsteriskOnly, desk: Phone
) -> None:
    with connected_switch(asterisk):
        until = take_a_call(asterisk, desk)
        assert lengthen_wrapup(asterisk.database, agent(asterisk).agent_id, MORE, datetime.now(UTC))
        wait_for(lambda: "with penalty 100" in asterisk.run_command("queue show staff-fr"), "the longer wrap-up")
    ended_s = desk.elapsed_s()
    with connected_switch(asterisk), waiting_caller(asterisk):
        desk.wait_for(PhoneEventKind.INCOMING, 20, after_s=ended_s)
        rung = datetime.now(UTC)
    assert timedelta() <= rung - (until + MORE) < timedelta(seconds=3), (rung, until)


def test_an_agent_who_says_that_they_are_available_is_rung_at_once_and_no_caller_is_lost(
    asterisk: AsteriskOnly, desk: Phone
) -> None:
    with connected_switch(asterisk):
        until = take_a_call(asterisk, desk)
        ended_s = desk.elapsed_s()
        with waiting_caller(asterisk):
            at = datetime.now(UTC)
            presence.set_presence(asterisk.database, agent(asterisk).agent_id, PresenceState.READY, by="A", at=at)
            desk.wait_for(PhoneEventKind.INCOMING, after_s=ended_s)
            rung = datetime.now(UTC)
        members = asterisk.run_command("queue show staff-fr")
    assert rung < until
    assert members.count("Local/") == 1, members
