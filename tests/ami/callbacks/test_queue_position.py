"""Callbacks and live callers in one queue, on a real Asterisk: the longest wait comes first."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asterisk_only import AsteriskOnly
from reception import wait_for

from caller.phone import CallerId, Phone, SipAccount
from caller.phone_events import PhoneEventKind
from records.callbacks import acceptance, visitor_actions
from records.callbacks.callback_request import AcceptedCallback, CallbackChannel, CallbackRequest
from records.staff import agents, presence
from routing.callbacks.terms import CallbackTerms
from routing.hours.calendar import Calendar

PLAN = (Path(__file__).parents[2] / "calls" / "plan.yaml").read_text().replace("max_wait_s: 8", "max_wait_s: 60")
ACCOUNTS = ("p01", "p02", "p03")


@pytest.fixture
def asterisk(tmp_path: Path) -> Iterator[AsteriskOnly]:
    """Three agents whose desk phones ring unanswered; no FastAGI server runs."""
    asterisk = AsteriskOnly(tmp_path / "var", PLAN)
    with ExitStack() as running:
        running.callback(asterisk.stop)
        asterisk.start()
        agents.add_agents(
            asterisk.database, [agents.NewAgent(name, "fr", ("fr",)) for name in ACCOUNTS], at=datetime.now(UTC)
        )
        for name in ACCOUNTS:
            account = SipAccount(name, f"password-of-{name}", f"127.0.0.1:{asterisk.settings.sip_port}")
            running.enter_context(Phone(account=account)).wait_for(PhoneEventKind.REGISTERED)
        running.enter_context(asterisk.run_switch(asterisk.settings.log / "switch.log"))
        wait_for(lambda: all(one.applied_at for one in presence.list_presences(asterisk.database)), "the members", 30)
        yield asterisk


def queue_entries(asterisk: AsteriskOnly) -> list[str]:
    """The entries in order: "PJSIP/trunk" for a caller, or the id of an attempt."""
    return re.findall(r"\d\. (?:Local/)?(PJSIP/trunk|cb-\d+-\d+)", asterisk.run_command("queue show staff-fr"))


def accept(asterisk: AsteriskOnly, line: str, since: datetime | None) -> AcceptedCallback:
    plan, at = asterisk.installation.plan, datetime.now(UTC)
    request = CallbackRequest(line, "+33199000000", CallbackChannel.KEY, "fr", waiting_since=since)
    return acceptance.accept_callback(
        asterisk.database, request, CallbackTerms(plan.callbacks, Calendar(plan.hours["always"], plan.timezone)), at=at
    )


def test_a_callback_waits_behind_callers_who_waited_longer_and_before_the_others(asterisk: AsteriskOnly) -> None:
    with Phone() as caller:
        caller.dial(asterisk.reception.uri(), CallerId("+33639980961"))
        wait_for(lambda: queue_entries(asterisk) == ["PJSIP/trunk"], "the caller to wait", 30)
        accept(asterisk, "+33639980962", None)
        earlier = accept(asterisk, "+33639980963", datetime.now(UTC) - timedelta(minutes=5))
        wait_for(
            lambda: queue_entries(asterisk) == ["cb-2-1", "PJSIP/trunk", "cb-1-1"],
            "all three to wait in this order",
            10,
        )

        visitor_actions.cancel_callback(asterisk.database, earlier.ref, earlier.secret, at=datetime.now(UTC))
        wait_for(lambda: queue_entries(asterisk) == ["PJSIP/trunk", "cb-1-1"], "the cancelled one to be withdrawn", 10)
