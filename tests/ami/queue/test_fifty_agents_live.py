"""Fifty agents with registered desk phones: free agents are called, and none who is in a call."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asterisk_only import PHONES, AsteriskOnly
from desk_phones import DeskPhones
from reception import wait_for

from records.staff import agents

BUSY = 5
# This strategy always begins with the first member; in this test the first ones are busy.
PLAN = (
    (Path(__file__).parents[2] / "calls" / "plan.yaml")
    .read_text()
    .replace("strategy: rrmemory", "strategy: linear")
    .replace("max_wait_s: 8", "max_wait_s: 60")
)


@pytest.fixture
def asterisk(tmp_path: Path) -> Iterator[AsteriskOnly]:
    asterisk = AsteriskOnly(tmp_path / "var", PLAN)
    asterisk.start()
    yield asterisk
    asterisk.stop()


@pytest.fixture
def desks(asterisk: AsteriskOnly, tmp_path: Path) -> Iterator[DeskPhones]:
    accounts = {phone.name: phone.password for phone in agents.list_sip_accounts(asterisk.database)}
    desks = DeskPhones(asterisk.installation.asterisk, tmp_path / "desks", asterisk.settings.sip_port, accounts)
    desks.start()
    yield desks
    desks.stop()


def count_in_state(asterisk: AsteriskOnly, state: str) -> int:
    return asterisk.run_command("queue show staff-fr").count(f"({state})")


@pytest.mark.long
def test_with_five_of_fifty_agents_busy_callers_reach_free_ones(asterisk: AsteriskOnly, desks: DeskPhones) -> None:
    new_agents = [agents.NewAgent(f"Person {number}", "fr", ("fr",)) for number in range(PHONES)]
    accounts = [agent.sip_account for agent in agents.add_agents(asterisk.database, new_agents, at=datetime.now(UTC))]
    with asterisk.run_switch():
        wait_for(lambda: count_in_state(asterisk, "Not in use") == PHONES, "fifty members with a registered phone", 30)
        for number in range(BUSY):
            desks.place_call(f"+3363998023{number}", "0199000000")
            wait_for(lambda number=number: count_in_state(asterisk, "in call") == number + 1, "the conversation", 15)
        assert desks.rung_accounts() == accounts[:BUSY]

        for number in range(BUSY):
            desks.place_call(f"+3363998024{number}", "0199000000")
        wait_for(lambda: count_in_state(asterisk, "in call") == 2 * BUSY, "as many conversations again", 15)

    assert sorted(desks.rung_accounts()) == accounts[: 2 * BUSY]  # each of them once
