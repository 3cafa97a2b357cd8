"""`standardiste server`: everything on one machine, in the foreground, until Ctrl-C."""

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
from ami.leader import SWITCH
from records import leases, people
from routing.plan import Plan
from standardiste import rundir, supervision
from standardiste.installation import Installation
from standardiste.serve_calls import LOOPBACK
from standardiste.settings import Settings
from standardiste.web_server import answers

BOOT_MAX_S = 60
SAYS_MAX_S = 30
LOOK_S = 0.5
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C, kill, a terminal that is closed


class CannotStart(Exception):
    """The server does not start or has to end: the reason, and what to do, in one sentence."""


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """No server of this installation runs meanwhile, nor starts. Raises CannotStart where one does."""
    settings.var.mkdir(parents=True, exist_ok=True)
    with (settings.var / "server.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(f"A server of this installation runs already; its folder is {settings.var}.") from None
        yield


@contextmanager
def only_one(settings: Settings) -> Iterator[None]:
    """One server an installation. Raises CannotStart for a second one, and for ports that somebody else holds."""
    with alone(settings):
        _refuse_taken_port(socket.SOCK_DGRAM, str(settings.sip_address), settings.sip_port, "sip_port")
        _refuse_taken_port(socket.SOCK_STREAM, LOOPBACK, settings.agi_port, "agi_port")
        _refuse_taken_port(socket.SOCK_STREAM, LOOPBACK, settings.ami_port, "ami_port")
        _refuse_taken_port(socket.SOCK_STREAM, str(settings.public_address), settings.public_port, "public_port")
        _refuse_taken_port(socket.SOCK_STREAM, str(settings.console_address), settings.console_port, "console_port")
        yield


def run(house: Installation, when_ready: Callable[[], None]) -> None:
    """Runs the parts, calls `when_ready` once a call can be served, and returns after Ctrl-C or SIGTERM.

    Raises CannotStart when a part does not start, or when the supervisor dies.
    """
    configuration = supervision.configure(house.settings, house.asterisk)
    told_to_stop = threading.Event()
    for number in STOP_SIGNALS:
        signal.signal(number, lambda *_: told_to_stop.set())
    # Its own session: Ctrl-C reaches only us, and the parts end in the order that the supervisor knows.
    supervisor = subprocess.Popen(supervision.command(configuration, house.settings), start_new_session=True)
    try:
        if _booted(house, supervisor, told_to_stop):
            when_ready()
        while supervisor.poll() is None and not told_to_stop.wait(LOOK_S):
            pass
        if not told_to_stop.is_set():
            raise CannotStart(f"The supervisor died, and the parts with it; see {house.settings.log}, and start again.")
    finally:
        supervisor.terminate()
        supervisor.send_signal(signal.SIGCONT)  # who was stopped, say by a debugger, hears it too
        supervisor.wait()


def reload(house: Installation, plan: Plan | None = None) -> None:
    """Renders Asterisk's files anew, and has a running Asterisk read them; calls under way are not disturbed.

    `plan`: the one in force, for who has read an earlier one.
    """
    rundir.render(house.settings, house.asterisk, plan or house.plan, people.phones(house.base))
    for line in ("module reload res_pjsip.so", "queue reload all", "dialplan reload"):
        asterisk_says(house, line)


def asterisk_says(house: Installation, line: str) -> str:
    """What the running Asterisk's console answers to one line; empty when it does not run, or not answer."""
    remote = [*house.asterisk.command, "-C", str(house.settings.etc / "asterisk.conf"), "-rx", line]
    try:
        return subprocess.run(remote, capture_output=True, text=True, timeout=SAYS_MAX_S, check=False).stdout
    except subprocess.TimeoutExpired:
        return ""


def _booted(house: Installation, supervisor: subprocess.Popen[bytes], told_to_stop: threading.Event) -> bool:
    """True once each part does its work; False when it ended or shall end meanwhile."""
    deadline = time.monotonic() + BOOT_MAX_S
    late = _parts(house)
    while supervisor.poll() is None and not told_to_stop.wait(0.1):
        while late and late[0][1]():
            late.pop(0)
        if not late:
            return True
        if time.monotonic() > deadline:
            raise CannotStart(
                f"The part `{late[0][0]}` did not start in {BOOT_MAX_S} s; {house.settings.log} says why."
            )
    return False


def _parts(house: Installation) -> list[tuple[str, Callable[[], bool]]]:
    """Each part that calls or staff wait for, and whether it does its work."""
    settings = house.settings
    return [
        ("asterisk", lambda: "fully booted" in asterisk_says(house, "core waitfullybooted")),
        ("calls", lambda: all(check.ok for check in agi.checks.checks(settings.agi_port))),
        ("switch", lambda: leases.is_held(house.base, SWITCH, datetime.now(UTC))),
        ("public", lambda: answers(settings.public_here)),
        ("console", lambda: answers(settings.console_here)),
    ]


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
