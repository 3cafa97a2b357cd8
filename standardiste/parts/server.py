"""`standardiste server`: all parts on one machine, in the foreground, until Ctrl-C."""

import fcntl
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import agi.checks
from ami.leader import SWITCH_LEASE
from records import leases
from standardiste.installation import Installation
from standardiste.parts import supervisord_control
from standardiste.parts.web_server import is_part_healthy
from standardiste.settings import LOOPBACK, Settings

BOOT_TIMEOUT_S = 60
POLL_S = 0.5
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C, kill, a closed terminal


class ServerStartError(Exception):
    """The server does not start, or has to stop; the text says why and what to do."""


@contextmanager
def server_lock(settings: Settings) -> Iterator[None]:
    """Holds the lock of the installation: no server runs or starts meanwhile. Raises ServerStartError if one runs."""
    settings.var.mkdir(parents=True, exist_ok=True)
    with (settings.var / "server.lock").open("w") as lock:
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
        ):
            if part in settings.parts:
                _refuse_taken_port(kind, str(address), port, name)
        yield


def run_server(installation: Installation, when_ready: Callable[[], None]) -> None:
    """Runs the parts, calls `when_ready` once calls can be served, and returns after Ctrl-C or SIGTERM.

    Raises ServerStartError if a part does not start, or if the supervisor dies.
    """
    configuration = supervisord_control.write_configuration(installation.settings, installation.asterisk)
    stop_requested = threading.Event()
    for number in STOP_SIGNALS:
        signal.signal(number, lambda *_: stop_requested.set())
    # A session of its own: Ctrl-C reaches only us, and the supervisor stops the parts in its order.
    supervisor = subprocess.Popen(
        supervisord_control.supervisor_command(configuration, installation.settings), start_new_session=True
    )
    try:
        if _wait_until_ready(installation, supervisor, stop_requested):
            when_ready()
        while supervisor.poll() is None and not stop_requested.wait(POLL_S):
            pass
        if not stop_requested.is_set():
            raise ServerStartError(
                f"The supervisor died, and the parts with it; see {installation.settings.log}, and start again."
            )
    finally:
        supervisor.terminate()
        supervisor.send_signal(
            signal.SIGCONT
        )  # a supervisor that is stopped, by a debugger say, handles SIGTERM only then
        supervisor.wait()


def _wait_until_ready(
    installation: Installation, supervisor: subprocess.Popen[bytes], stop_requested: threading.Event
) -> bool:
    """True once every part is ready; False if the supervisor ends, or is to end, before that."""
    deadline = time.monotonic() + BOOT_TIMEOUT_S
    pending = _readiness_probes(installation)
    while supervisor.poll() is None and not stop_requested.wait(0.1):
        while pending and pending[0][1]():
            pending.pop(0)
        if not pending:
            return True
        if time.monotonic() > deadline:
            raise ServerStartError(
                f"The part `{pending[0][0]}` did not start in {BOOT_TIMEOUT_S} s; {installation.settings.log} says why."
            )
    return False


def _readiness_probes(installation: Installation) -> list[tuple[str, Callable[[], bool]]]:
    """Each part that callers or staff need, and a function that says whether it is ready."""
    settings = installation.settings
    probes: list[tuple[str, Callable[[], bool]]] = [
        ("asterisk", lambda: installation.asterisk_cli.is_booted()),
        ("calls", lambda: all(check.ok for check in agi.checks.check_fastagi_server(settings.agi_port))),
        ("switch", lambda: leases.is_held(installation.database, SWITCH_LEASE, datetime.now(UTC))),
        ("public", lambda: is_part_healthy(settings.health_socket("public"))),
        ("console", lambda: is_part_healthy(settings.health_socket("console"))),
    ]
    return [(part, is_ready) for part, is_ready in probes if part in settings.parts]


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
