"""Callbacks and live callers in one line, on a real Asterisk: whoever has waited for longest comes first."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from reception import wait_for
from switchboard import Switchboard

from caller.phone import Account, CallerId, Kind, Phone
from records import callback_acceptance, callback_links, people, presence
from records.callback_wish import Accepted, CallbackChannel, Wish

PLAN = (Path(__file__).parents[1] / "calls" / "plan.yaml").read_text().replace("max_wait_s: 8", "max_wait_s: 60")
TEAM = ("p01", "p02", "p03")


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Switchboard]:
    """Three people at their telephones, which ring and are not picked up; nobody asks Python what to do."""
    board = Switchboard(tmp_path / "var", PLAN)
    with ExitStack() as running:
        running.callback(board.stop)
        board.start()
        people.add_all(board.base, [people.Newcomer(name, "fr", ("fr",)) for name in TEAM], at=datetime.now(UTC))
        for name in TEAM:
            account = Account(name, f"password-of-{name}", f"127.0.0.1:{board.settings.sip_port}")
            running.enter_context(Phone(account=account)).wait_for(Kind.REGISTERED)
        running.enter_context(board.switch(board.settings.log / "switch.log"))
        wait_for(lambda: all(one.applied_at for one in presence.all(board.base)), "the team", 30)
        yield board


def in_line(board: Switchboard) -> list[str]:
    """Who waits, in order: the trunk's caller, or the attempt."""
    return re.findall(r"\d\. (?:Local/)?(PJSIP/trunk|cb-\d+-\d+)", board.says("queue show staff-fr"))


def ask(board: Switchboard, line: str, since: datetime | None) -> Accepted:
    plan, at = board.house.plan, datetime.now(UTC)
    wish = Wish(line, "+33199000000", CallbackChannel.KEY, "fr", place_since=since)
    return callback_acceptance.accept(board.base, wish, plan.callbacks, plan.hours["always"], plan.timezone, at=at)


def test_a_callback_stands_before_callers_who_came_later_and_behind_those_who_came_before(board: Switchboard) -> None:
    with Phone() as caller:
        caller.dial(board.reception.uri(), CallerId("+33639980961"))
        wait_for(lambda: in_line(board) == ["PJSIP/trunk"], "the caller to wait", 30)
        ask(board, "+33639980962", None)
        earlier = ask(board, "+33639980963", datetime.now(UTC) - timedelta(minutes=5))
        wait_for(lambda: in_line(board) == ["cb-2-1", "PJSIP/trunk", "cb-1-1"], "all three to wait in this order", 10)

        callback_links.cancel(board.base, earlier.ref, earlier.secret, at=datetime.now(UTC))
        wait_for(lambda: in_line(board) == ["PJSIP/trunk", "cb-1-1"], "the cancelled one to be taken out", 10)
