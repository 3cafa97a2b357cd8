"""The process that talks with callers: a watchdog parent, and the FastAGI worker that it keeps alive."""

import contextlib
import functools
import os
import signal
import socket
import sys
import threading

from agi.call import Call
from agi.channel import Channel
from agi.flows.callback import callback
from agi.flows.reception import reception
from agi.memory import Memory
from agi.notebook import Notebook
from agi.server import Server
from agi.watchdog import Watchdog
from dialplan import names
from records.base import open_base
from standardiste.settings import Settings

LOOPBACK = "127.0.0.1"  # FastAGI has no authentication


def watch(settings: Settings) -> None:
    """The parent. Returns after SIGTERM or SIGINT, when the conversations under way have ended."""
    worker = [sys.executable, "-m", "standardiste", "serve-calls"]
    Watchdog(worker, (LOOPBACK, settings.agi_port), drain_s=settings.drain_s).run()


def work(settings: Settings, listener: int, heartbeat: int) -> None:
    """The worker: serves the calls that arrive on an inherited socket until it is told to end, or its parent is gone."""
    base = open_base(settings.base_url)
    notebook, memory = Notebook(base), Memory(base)

    server = Server(
        socket.socket(fileno=listener),
        {
            names.AGI_RECEPTION: lambda channel: reception(_call(channel, notebook, settings), memory),
            names.AGI_HEALTH: Channel.noop,
            names.AGI_CALLBACK: lambda channel: callback(_call(channel, notebook, settings)),
        },
        most=settings.agi_threads,
        heartbeat=functools.partial(_beat, heartbeat),
    )
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # shutdown() waits for the loop that this very thread runs: it is asked for from another.
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    os.set_blocking(heartbeat, False)
    with contextlib.suppress(BrokenPipeError):  # the parent is gone; whoever starts the next one needs the address
        server.serve_forever(poll_interval=0.2)
    server.server_close()
    server.drain(settings.drain_s)
    memory.close()
    notebook.close()
    base.close()


def _call(channel: Channel, notebook: Notebook, settings: Settings) -> Call:
    return Call(channel, notebook, settings.sounds)


def _beat(heartbeat: int) -> None:
    with contextlib.suppress(BlockingIOError):  # a parent that has replaced us reads no more
        os.write(heartbeat, b".")
