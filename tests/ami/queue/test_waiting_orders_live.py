"""Supervisors move callers who wait, on a real Asterisk: the next call that is free is that of who was put first."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asterisk_only import AsteriskOnly
from reception import wait_for

from caller.phone import CallerId, Phone, SipAccount
from caller.phone_events import PhoneEventKind
from records.actor import command_line_actor
from records.calls import call_detail
from records.calls.live_calls import list_live_calls
from records.calls.talks import find_current_talk
from records.calls.waiting_orders import NotWaiting, OrderKind, request_order
from records.staff import agents
from standardiste.switchboard.asterisk_config import AMI_USER

PLAN = (Path(__file__).parents[2] / "calls" / "plan.yaml").read_text().replace("max_wait_s: 8", "max_wait_s: 100")
HERE = command_line_actor("test")


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsteriskOnly]:
    asterisk = AsteriskOnly(tmp_path_factory.mktemp("orders") / "var", PLAN)
    with ExitStack() as running:
        running.callback(asterisk.stop)
        asterisk.start()
        agents.add_agent(asterisk.database, "Alice", language="fr", at=datetime.now(UTC))
        running.enter_context(asterisk.run_switch(asterisk.settings.log / "switch.log"))
        wait_for(lambda: AMI_USER in asterisk.run_command("manager show connected"), "the connection", 30)
        yield asterisk


def waiting(asterisk: AsteriskOnly) -> list[str]:
    """The references of the callers who wait, in the order of the queue."""
    shown = re.findall(r"^\s+\d+\. (PJSIP/\S+) ", asterisk.run_command("queue show staff-fr"), re.MULTILINE)
    channels = asterisk.run_command("core show channels concise").splitlines()
    found = {line.split("!")[0]: line.split("!")[-1] for line in channels}
    return [found[name] for name in shown if name in found]


def test_a_caller_who_was_put_first_is_answered_next_and_one_may_be_offered_another_way_out(
    asterisk: AsteriskOnly,
) -> None:
    account = SipAccount("p01", "password-of-p01", f"127.0.0.1:{asterisk.settings.sip_port}")
    with ExitStack() as phones:
        desk = phones.enter_context(Phone(account=account, auto_answer=True))
        wait_for(lambda: " Avail " in asterisk.run_command("pjsip show contacts"), "the desk phone", 10)
        callers = [phones.enter_context(Phone()) for _ in range(4)]
        for number, caller in enumerate(callers):
            caller.dial(asterisk.reception.uri(), CallerId(f"+3363998030{number}"))
            if number == 0:
                desk.wait_for(PhoneEventKind.ANSWERED, 30)
            else:
                wait_for(lambda count=number: len(waiting(asterisk)) == count, "the caller to wait", 20)
        second, third, fourth = waiting(asterisk)
        known = lambda: {one.ref for one in list_live_calls(asterisk.database, datetime.now(UTC)).waiting}  # noqa: E731
        wait_for(lambda: known() >= {second, third, fourth}, "the callers on record")

        request_order(asterisk.database, HERE, fourth, OrderKind.FIRST, at=datetime.now(UTC))
        wait_for(lambda: waiting(asterisk) == [fourth, second, third], "the new order", 10)
        request_order(asterisk.database, HERE, third, OrderKind.OFFER, at=datetime.now(UTC))
        wait_for(lambda: waiting(asterisk) == [fourth, second], "the caller to have left the queue", 10)
        with pytest.raises(NotWaiting):
            request_order(asterisk.database, HERE, "no.call", OrderKind.OFFER, at=datetime.now(UTC))

        callers[0].hangup()
        talk = wait_for(lambda: find_current_talk(asterisk.database, "p01", datetime.now(UTC)), "the next talk", 20)
        wait_for(lambda: waiting(asterisk) == [second], "the one who still waits", 10)
        if talk.ref != fourth:  # the end of the first talk was not on record yet
            talk = wait_for(
                lambda: (t := find_current_talk(asterisk.database, "p01", datetime.now(UTC))) and t.ref == fourth and t,
                "the talk with who was put first",
            )
        assert talk.ref == fourth
        reasons = [
            event.detail["reason"]
            for ref in (fourth, third)
            for event in call_detail.get_call_detail(asterisk.database, ref).events
            if event.kind == "queue_withdrawn"
        ]
        assert reasons == ["first", "offer"]
