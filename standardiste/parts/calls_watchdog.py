"""The watchdog of the process that serves calls. It imports little code, because it only waits and starts workers."""

import sys

from agi.watchdog import Watchdog
from standardiste.parts import forking
from standardiste.parts.heartbeat import Heartbeat
from standardiste.setting_addresses import LOOPBACK
from standardiste.settings import Settings


def run_watchdog(settings: Settings) -> None:
    """Keeps a worker running. Returns after SIGTERM or SIGINT, when the AGI sessions in progress have ended."""
    worker = [sys.executable, "-m", "standardiste", "serve-calls"]
    heartbeat = Heartbeat(settings.heartbeats, "calls-watchdog")
    Watchdog(
        worker,
        (LOOPBACK, settings.agi_port),
        drain_s=settings.drain_s,
        heartbeat=heartbeat.beat,
        fork=_fork_worker if forking.is_fork() else None,
    ).run()


def _fork_worker(listener: int, heartbeat: int) -> forking.ForkedProcess:
    """This process has one more thread, which writes the log: it holds no lock while it waits for a line."""
    command = ("serve-calls", "--listener", str(listener), "--heartbeat", str(heartbeat))
    return forking.fork_command(*command, keep=(listener, heartbeat), own_session=True)
