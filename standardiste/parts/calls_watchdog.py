"""The watchdog of the process that serves calls. It imports little code, because it only waits and starts workers."""

import sys

from agi.watchdog import Watchdog
from standardiste.parts.heartbeat import Heartbeat
from standardiste.settings import LOOPBACK, Settings


def run_watchdog(settings: Settings) -> None:
    """Keeps a worker running. Returns after SIGTERM or SIGINT, when the AGI sessions in progress have ended."""
    worker = [sys.executable, "-m", "standardiste", "serve-calls"]
    heartbeat = Heartbeat(settings.heartbeats, "calls-watchdog")
    Watchdog(worker, (LOOPBACK, settings.agi_port), drain_s=settings.drain_s, heartbeat=heartbeat.beat).run()
