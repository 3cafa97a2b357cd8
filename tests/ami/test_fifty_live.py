"""Fifty people at work, each with a registered telephone: who is free is rung, and nobody who talks already."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from desks import Desks
from reception import wait_for
from switchboard import PHONES, Switchboard

from records import people

BUSY = 5
# The strategy that always begins with the first member: with the busy ones, here.
PLAN = (
    (Path(__file__).parents[1] / "calls" / "plan.yaml")
    .read_text()
    .replace("strategy: rrmemory", "strategy: linear")
    .replace("max_wait_s: 8", "max_wait_s: 60")
)


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Switchboard]:
    board = Switchboard(tmp_path / "var", PLAN)
    board.start()
    yield board
    board.stop()


@pytest.fixture
def desks(board: Switchboard, tmp_path: Path) -> Iterator[Desks]:
    accounts = {phone.name: phone.password for phone in people.phones(board.base)}
    desks = Desks(board.house.asterisk, tmp_path / "desks", board.settings.sip_port, accounts)
    desks.start()
    yield desks
    desks.stop()


def in_state(board: Switchboard, state: str) -> int:
    return board.says("queue show staff-fr").count(f"({state})")


def test_of_fifty_with_five_busy_callers_reach_those_who_are_free(board: Switchboard, desks: Desks) -> None:
    fifty = [people.Newcomer(f"Person {number}", "fr", ("fr",)) for number in range(PHONES)]
    team = [person.phone for person in people.add_all(board.base, fifty, at=datetime.now(UTC))]
    with board.switch():
        wait_for(lambda: in_state(board, "Not in use") == PHONES, "fifty members with a telephone", 30)
        for number in range(BUSY):
            desks.call(f"+3363998023{number}", "0199000000")
            wait_for(lambda number=number: in_state(board, "in call") == number + 1, "the talk", 15)
        assert desks.rung() == team[:BUSY]

        for number in range(BUSY):
            desks.call(f"+3363998024{number}", "0199000000")
        wait_for(lambda: in_state(board, "in call") == 2 * BUSY, "as many talks again", 15)

    assert sorted(desks.rung()) == team[: 2 * BUSY]  # each of them once
