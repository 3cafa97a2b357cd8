"""The server from its start to its end, with real processes."""

import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from databases import copy_installation
from reception import CALL_PARTS, Reception, children, wait_for

STOPPED_WITHIN_S = 25  # Asterisk may be killed after 5 s of booting, and each part has its own timeout
pytestmark = pytest.mark.parametrize("parts", [CALL_PARTS, pytest.param("", marks=pytest.mark.long)])
"""Each test runs with the parts that calls need, and with every part in the long suite."""


@pytest.fixture
def reception(prepared: Path, tmp_path: Path, parts: str) -> Iterator[Reception]:
    """A prepared installation of this test's own; nothing runs yet."""
    reception = Reception(copy_installation(prepared, tmp_path / "var"), parts=parts)
    reception.is_program = True
    yield reception
    reception.stop()


def running(reception: Reception) -> list[str]:
    """The command lines of all processes of the installation, in any session."""
    ours = f"STANDARDISTE_VAR={reception.settings.var}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if ours in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:  # it has just ended
            continue
    return found


def wait_for_exit(reception: Reception) -> int:
    """The exit code of the server, once it has ended."""
    reception.process.communicate(timeout=STOPPED_WITHIN_S)
    return reception.process.returncode


def has_ended(reception: Reception) -> bool:
    return running(reception) == []


def faults(reception: Reception) -> set[str]:
    said = json.loads(reception.run("doctor", "--json", check=False).stdout)
    return {check["name"] for check in said if not check["ok"]}


def pid(reception: Reception, part: str) -> int:
    said = reception.supervisorctl("pid", part).strip()
    return int(said) if said.isdigit() else 0


@contextmanager
def port_in_use(kind: socket.SocketKind, address: str, port: int) -> Iterator[None]:
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind((address, port))
        if kind is socket.SOCK_STREAM:
            holder.listen()
        yield


def test_a_killed_part_restarts_and_ctrl_c_ends_all_processes(reception: Reception) -> None:
    reception.start()

    parts = sorted(reception.settings.parts)
    before = {part: pid(reception, part) for part in parts}
    for part in parts:
        os.kill(before[part], signal.SIGKILL)
    for part in parts:
        wait_for(lambda part=part: pid(reception, part) not in (0, before[part]), f"{part} to come back")

    wait_for(lambda: faults(reception) == set(), "doctor to find all well", 30)
    second = reception.run("server", check=False)
    assert (second.returncode, second.stderr.strip()) == (
        1,
        f"A server of this installation runs already; its folder is {reception.settings.var}.",
    )

    reception.process.send_signal(signal.SIGINT)
    assert wait_for_exit(reception) == 0
    assert running(reception) == []
    log = reception.settings.log
    for name in ("calls", "switch"):
        for line in (log / f"{name}.log").read_text().splitlines():
            assert {"event", "level", "timestamp", "process"} <= json.loads(line).keys()
    assert "CRIT" not in (log / "supervisor.log").read_text()
    files = [path for path in reception.settings.var.rglob("*") if path.is_file() and not path.is_symlink()]
    assert [path for path in files if path.stat().st_mode & 0o077 and "documentation" not in path.parts] == []


@pytest.mark.long
def test_a_closed_terminal_with_a_frozen_supervisor_stops_every_part(reception: Reception) -> None:
    reception.start()
    os.kill(int((reception.settings.var / "supervisor.pid").read_text()), signal.SIGSTOP)

    reception.process.send_signal(signal.SIGHUP)

    assert wait_for_exit(reception) == 0
    assert running(reception) == []


@pytest.mark.long
def test_ctrl_c_during_the_start_stops_every_part(reception: Reception) -> None:
    with subprocess.Popen(
        reception._command("server"),
        env=os.environ | reception.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as starting:
        try:
            wait_for((reception.settings.var / "supervisor.pid").exists, "the supervisor to start", 60)
        finally:
            starting.send_signal(signal.SIGINT)

        assert starting.wait(STOPPED_WITHIN_S) == 0
    assert running(reception) == []


@pytest.mark.long
def test_sigterm_while_the_supervisor_imports_the_code_of_the_parts_stops_everything(reception: Reception) -> None:
    with subprocess.Popen(
        reception._command("server"),
        env=os.environ | reception.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as starting:
        try:
            wait_for(lambda: any(map(is_session_leader, children(starting.pid))), "the fork that becomes it", 60)
        finally:
            starting.terminate()

        assert (starting.wait(STOPPED_WITHIN_S), starting.stderr and starting.stderr.read()) == (0, "")
    assert not (reception.settings.var / "supervisor.pid").exists(), "it was ready before the signal"
    assert running(reception) == []


def is_session_leader(process: int) -> bool:
    try:
        return os.getsid(process) == process
    except ProcessLookupError:  # it has just ended
        return False


@pytest.mark.long
def test_after_a_killed_server_no_part_runs_and_it_can_start_again_and_sigterm_stops_it(reception: Reception) -> None:
    reception.start()

    reception.process.kill()
    wait_for_exit(reception)

    wait_for(lambda: has_ended(reception), "all parts to end", STOPPED_WITHIN_S)
    reception.start()
    reception.process.send_signal(signal.SIGTERM)

    assert wait_for_exit(reception) == 0
    assert running(reception) == []


@pytest.mark.long
def test_a_killed_supervisor_ends_the_server(reception: Reception) -> None:
    reception.start()

    os.kill(int((reception.settings.var / "supervisor.pid").read_text()), signal.SIGKILL)

    assert wait_for_exit(reception) == 1
    wait_for(lambda: has_ended(reception), "all parts to end", STOPPED_WITHIN_S)


def test_a_port_in_use_is_reported_with_its_setting(reception: Reception) -> None:
    settings = reception.settings
    with port_in_use(socket.SOCK_DGRAM, "127.0.0.1", settings.sip_port):
        sip = reception.run("server", check=False)
    with port_in_use(socket.SOCK_STREAM, "127.0.0.1", settings.agi_port):
        agi = reception.run("server", check=False)

    assert (sip.returncode, agi.returncode) == (1, 1)
    assert re.fullmatch(rf"UDP port {settings.sip_port} .* the setting sip_port\.\n", sip.stderr)
    assert re.fullmatch(rf"TCP port {settings.agi_port} .* the setting agi_port\.\n", agi.stderr)
    assert running(reception) == []
