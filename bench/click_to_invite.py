"""From the click to the ring: how long after a visitor has asked to be called back a free agent's telephone rings.

    PYTHONPATH=tests/parts .venv/bin/python -m bench.click_to_invite [RUNS]

Asterisk, base, processes and telephone are its own, in a temporary folder and on free ports. It is measured from before
the callback is accepted (durable in the base) to the INVITE at the agent's telephone, as that telephone tells it.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

from reception import wait_for
from switchboard import Switchboard

from agi.checks import checks
from caller.phone import Account, Kind, Phone
from records import callbacks, people, presence
from records.callbacks import CallbackChannel, Wish
from standardiste.settings import CHECKOUT

PLAN = (CHECKOUT / "tests" / "calls" / "plan.yaml").read_text()
GOALS_MS = {"p50": 30, "p99": 150}


def main(runs: int) -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        board = Switchboard(Path(folder) / "var", PLAN)
        board.start()
        try:
            with _calls(board), board.switch(), _desk(board) as desk:
                took = [_measure(board, desk, run) for run in range(runs)]
        finally:
            board.stop()
    print(_table([seconds * 1000 for seconds in took]))


@contextmanager
def _calls(board: Switchboard) -> Iterator[None]:
    """The process that answers Asterisk's questions."""
    command = [sys.executable, "-m", "standardiste", "serve-calls"]
    process = subprocess.Popen(command, env=os.environ | board.reception.environment, cwd=CHECKOUT)
    try:
        wait_for(lambda: all(check.ok for check in checks(board.settings.agi_port)), "the process to answer", 60)
        yield
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def _desk(board: Switchboard) -> Iterator[Phone]:
    """The telephone of the one agent, who takes calls."""
    people.add(board.base, "A", language="fr", at=datetime.now(UTC))
    account = Account("p01", "password-of-p01", f"127.0.0.1:{board.settings.sip_port}")
    with Phone(account=account, max_seconds=3600) as desk:
        wait_for(lambda: presence.all(board.base)[0].applied_at, "the member", 30)
        wait_for(lambda: "Not in use" in board.says("queue show staff"), "his telephone", 30)
        yield desk


def _measure(board: Switchboard, desk: Phone, run: int) -> float:
    """Seconds; the agent then refuses, and the visitor cancels."""
    plan = board.house.plan
    wish = Wish(f"+33639980{run % 1000:03}", "+33199000000", CallbackChannel.KEY, "fr")
    rung, before = _rings(desk), time.monotonic()
    asked = callbacks.accept(
        board.base, wish, plan.callbacks, plan.hours["always"], plan.timezone, at=datetime.now(UTC)
    )
    while _rings(desk) == rung:
        desk.wait_for_any((Kind.INCOMING,), 0.001, after_s=desk.now_s())
        if time.monotonic() > before + 10:
            raise SystemExit("The agent's telephone did not ring.")
    took = time.monotonic() - before
    desk.reject()
    callbacks.cancel(board.base, asked.ref, asked.secret, at=datetime.now(UTC))
    wait_for(lambda: "No Callers" in board.says("queue show staff"), "the line to be empty", 30)
    wait_for(lambda: "Not in use" in board.says("queue show staff"), "the telephone to be free", 30)
    return took


def _rings(desk: Phone) -> int:
    return sum(event.kind is Kind.INCOMING for event in desk.events)


def _table(took: list[float]) -> str:
    p99 = quantiles(took, n=100, method="inclusive")[98]
    rows = [("p50", median(took), GOALS_MS["p50"]), ("p99", p99, GOALS_MS["p99"]), ("most", max(took), None)]
    lines = [f"{name:>5} {value:8.1f} ms   {f'goal {goal} ms' if goal else ''}".rstrip() for name, value, goal in rows]
    return "\n".join([f"click to INVITE, {len(took)} runs", *lines])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
