"""`standardiste server`: everything on one machine, in the foreground, until Ctrl-C."""

import fcntl
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from standardiste import supervision
from standardiste.installation import Installation
from standardiste.serve_calls import LOOPBACK
from standardiste.settings import Settings

BOOT_MAX_S = 30


class CannotStart(Exception):
    """The reason, and what to do, in one sentence."""


@contextmanager
def only_one(settings: Settings) -> Iterator[None]:
    """One server an installation. Raises CannotStart for a second one, and for ports that somebody else holds."""
    settings.var.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (settings.var / "server.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(f"A server of this installation runs already; its folder is {settings.var}.") from None
        _refuse_taken_port(socket.SOCK_DGRAM, str(settings.sip_address), settings.sip_port, "sip_port")
        _refuse_taken_port(socket.SOCK_STREAM, LOOPBACK, settings.agi_port, "agi_port")
        yield


def run(house: Installation, when_ready: Callable[[], None]) -> int:
    """Runs the parts, calls `when_ready` once a call can be served, and returns 0 after Ctrl-C or SIGTERM."""
    configuration = supervision.configure(house.settings, house.asterisk)
    # Its own session: Ctrl-C reaches only us, and the parts end in the order that the supervisor knows.
    supervisor = subprocess.Popen(supervision.command(configuration), start_new_session=True)

    def stop(*_: object) -> None:
        supervisor.terminate()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        if _booted(house, supervisor):
            when_ready()
        supervisor.wait()
    finally:
        if supervisor.poll() is None:
            supervisor.terminate()
            supervisor.wait()
    return supervisor.returncode


def asterisk_says(house: Installation, line: str) -> str:
    """What the running Asterisk's console answers to one line; empty when it does not run."""
    console = [*house.asterisk.command, "-C", str(house.settings.etc / "asterisk.conf"), "-rx", line]
    return subprocess.run(console, capture_output=True, text=True, timeout=BOOT_MAX_S, check=False).stdout


def _booted(house: Installation, supervisor: subprocess.Popen[bytes]) -> bool:
    """True once Asterisk is fully booted and our FastAGI worker listens; False when we were told to stop meanwhile."""
    deadline = time.monotonic() + BOOT_MAX_S
    while supervisor.poll() is None:
        if "fully booted" in asterisk_says(house, "core waitfullybooted") and _listens(house.settings.agi_port):
            return True
        if time.monotonic() > deadline:
            raise CannotStart(f"Asterisk or our worker did not start in {BOOT_MAX_S} s; see {house.settings.log}.")
        time.sleep(0.1)
    return False


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


def _refuse_taken_port(kind: socket.SocketKind, address: str, port: int, setting: str) -> None:
    with closing(socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)) as probe:
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            protocol = "UDP" if kind is socket.SOCK_DGRAM else "TCP"
            raise CannotStart(
                f"{protocol} port {port} on {address} cannot be used ({error.strerror}); "
                f"stop what holds it, or choose another with the setting {setting}."
            ) from None
