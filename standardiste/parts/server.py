"""`standardiste server`: all parts on one machine, in the foreground, until Ctrl-C."""

import fcntl
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import NoReturn

from standardiste.installation import Installation
from standardiste.parts import forking, supervisord_control, waiting
from standardiste.parts.forking import ForkedProcess
from standardiste.parts.waiting import STOP_SIGNALS
from standardiste.setting_addresses import LOOPBACK
from standardiste.settings import Settings

BOOT_TIMEOUT_S = 60
POLL_S = 0.5


class ServerStartError(Exception):
    """The server does not start, or has to stop; the text says why and what to do."""


@contextmanager
def server_lock(settings: Settings) -> Iterator[None]:
    """Holds the lock of the installation: no server runs or starts meanwhile. Raises ServerStartError if one runs."""
    settings.var.mkdir(parents=True, exist_ok=True)
    with (settings.var / "server.lock").open("w") as lock:
        os.set_inheritable(lock.fileno(), True)  # the program that waits holds it on; parts close it
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServerStartError(
                f"A server of this installation runs already; its folder is {settings.var}."
            ) from None
        yield


@contextmanager
def single_server(settings: Settings) -> Iterator[None]:
    """Like `server_lock`. Raises ServerStartError also for a port that another program uses."""
    with server_lock(settings):
        for part, kind, address, port, name in (
            ("asterisk", socket.SOCK_DGRAM, settings.sip_address, settings.sip_port, "sip_port"),
            ("calls", socket.SOCK_STREAM, LOOPBACK, settings.agi_port, "agi_port"),
            ("asterisk", socket.SOCK_STREAM, LOOPBACK, settings.ami_port, "ami_port"),
            ("public", socket.SOCK_STREAM, settings.public_address, settings.public_port, "public_port"),
            ("console", socket.SOCK_STREAM, settings.console_address, settings.console_port, "console_port"),
            ("live", socket.SOCK_STREAM, settings.console_address, settings.live_port, "live_port"),
        ):
            if part in settings.parts:
                _refuse_taken_port(kind, str(address), port, name)
        yield


def run_server(installation: Installation, when_ready: Callable[[], None]) -> bool:
    """Prepares, runs the parts, calls `when_ready` once calls can be served, and ends after Ctrl-C or SIGTERM.

    This process only waits, and stays small: it forks one that prepares, the supervisor, of which the parts are forks,
    and one that waits until they are ready and calls `when_ready`. Then it becomes another program
    (standardiste/parts/waiting.py). False if the preparation failed, or a part did not start; it has been said why.
    Raises ServerStartError if the supervisor dies.
    """
    if not _prepare():
        return False
    settings = installation.settings
    configuration = supervisord_control.write_configuration(settings, installation.asterisk)
    stop_requested = threading.Event()
    for number in STOP_SIGNALS:
        signal.signal(number, lambda *_: stop_requested.set())
    # A signal that the supervisor got with the handlers of this process would be lost.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    supervisor = ForkedProcess(partial(_become_supervisor, configuration, settings))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    readiness = forking.fork_function(partial(_announce_readiness, settings, when_ready), "readiness")
    try:
        died = f"The supervisor died, and the parts with it; see {settings.log}, and start again."
        while supervisor.poll() is None and not readiness.poll() and not stop_requested.wait(POLL_S):
            if readiness.poll() == 0:
                _wait_in_little_memory(supervisor.pid, died, stop_requested)
        if supervisor.poll() is not None and not stop_requested.is_set():
            raise ServerStartError(died)
        return stop_requested.is_set()
    finally:
        readiness.kill()
        supervisor.terminate()
        supervisor.send_signal(
            signal.SIGCONT
        )  # a supervisor that is stopped, by a debugger say, handles SIGTERM only then
        supervisor.wait()


def _wait_in_little_memory(supervisor: int, died: str, stop_requested: threading.Event) -> None:
    """Goes on as the program that waits; returns only when somebody has asked to stop just before."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {*STOP_SIGNALS, signal.SIGCHLD})
    if not stop_requested.is_set():
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, "-I", "-S", waiting.__file__, str(supervisor), died])
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {*STOP_SIGNALS, signal.SIGCHLD})


def _prepare() -> bool:
    """Runs `standardiste prepare` in a process of its own; False if that fails, which it has explained."""
    preparing = forking.fork_command("prepare")
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the child too, which ends and says so
    try:
        return preparing.wait() == 0
    finally:
        signal.signal(signal.SIGINT, before)


def _become_supervisor(configuration: Path, settings: Settings) -> NoReturn:
    """In the fork that becomes the supervisor, and from which the parts have their code."""
    from standardiste.parts.supervisor import main  # with supervisord, which nobody else needs
    from standardiste.parts.warming import warm_up

    forking.reset_signals()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    os.setsid()  # a session of its own: Ctrl-C reaches only the server, and the supervisor stops the parts in its order
    forking.end_with_parent()
    forking.close_descriptors()
    warm_up(settings)
    host, port = settings.sip_local_endpoint
    arguments = (str(settings.heartbeats), host, str(port), "--configuration", str(configuration))
    forking.run_forked(lambda: main(*arguments), "supervisor", os.environ.copy())


def _announce_readiness(settings: Settings, when_ready: Callable[[], None]) -> None:
    """Waits until every part is ready. Exits with code 1 if one is not in time, and says which."""
    from standardiste.parts.readiness import find_unready_part

    if part := find_unready_part(settings, BOOT_TIMEOUT_S):
        sys.stderr.write(f"The part `{part}` did not start in {BOOT_TIMEOUT_S} s; {settings.log} says why.\n")
        sys.exit(1)
    when_ready()


def _refuse_taken_port(kind: socket.SocketKind, address: str, port: int, setting: str) -> None:
    with closing(socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)) as probe:
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            protocol = "UDP" if kind is socket.SOCK_DGRAM else "TCP"
            raise ServerStartError(
                f"{protocol} port {port} on {address} cannot be used ({error.strerror}); "
                f"stop what holds it, or choose another with the setting {setting}."
            ) from None
