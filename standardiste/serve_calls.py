"""The watchdog of the process that talks with callers. It reads little code: it waits, and starts others."""

import sys

from agi.watchdog import Watchdog
from standardiste.heartbeat import Heart
from standardiste.settings import Settings

LOOPBACK = "127.0.0.1"  # FastAGI has no authentication


def watch(settings: Settings) -> None:
    """Keeps a worker alive. Returns after SIGTERM or SIGINT, when the conversations under way have ended."""
    worker = [sys.executable, "-m", "standardiste", "serve-calls"]
    heart = Heart(settings.heartbeats, "calls-watchdog")
    Watchdog(worker, (LOOPBACK, settings.agi_port), drain_s=settings.drain_s, heartbeat=heart.beat).run()
