"""The public network for tests: a second Asterisk as the operator between its subscribers and our trunk."""

import csv
import json
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template
from typing import NamedTuple

import child_processes
import ports
from sip_dialogs import Dialog, parse_dialogs

from caller.phone import Phone
from standardiste.switchboard.asterisk import Asterisk
from standardiste.switchboard.asterisk_config import TEMPLATES

CONF = Path(__file__).parent / "carrier_conf"
RTP_PORTS = 100


class CarrierEvent(NamedTuple):
    """A channel event of the operator. `told`: what its dialplan adds. All events of a call have the same `ref`."""

    kind: str
    at: float  # seconds since the epoch
    ref: str
    channel: str
    extra: str


class Carrier:
    """`start()` and `stop()` it; subscribers dial `uri(number)`."""

    conf = CONF
    rtp_ports = RTP_PORTS

    def __init__(self, asterisk: Asterisk, var: Path, trunk_port: int) -> None:
        self._asterisk, self._var, self._trunk_port = asterisk, var, trunk_port
        self.sip_port = ports.free()
        self._process: subprocess.Popen[bytes] | None = None

    def uri(self, number: str) -> str:
        return f"sip:{number}@127.0.0.1:{self.sip_port}"

    def start(self) -> None:
        for name in ("etc", "lib", "data", "spool", "run", "log", "log/cel-custom", "heard"):
            (self._var / name).mkdir(parents=True)
        (self._var / "data" / "documentation").symlink_to(self._asterisk.documentation)
        rtp = ports.free(self.rtp_ports)
        values = self.template_values | {
            "etc": self._var / "etc",
            "var": self._var,
            "modules": self._asterisk.modules,
            "sip_port": self.sip_port,
            "trunk_port": self._trunk_port,
            "rtp_first": rtp,
            "rtp_last": rtp + self.rtp_ports - 1,
        }
        for name in ("modules.conf", "pjproject.conf", "udptl.conf", "acl.conf", "ccss.conf", "features.conf"):
            shutil.copy(TEMPLATES / name, self._var / "etc" / name)
        with (self._var / "etc" / "modules.conf").open("a") as modules:
            modules.write("load = res_pjsip_logger.so\nload = app_playtones.so\n")
        for file in self.conf.iterdir():
            (self._var / "etc" / file.name).write_text(Template(file.read_text()).substitute(values))
        self._process = child_processes.start_asterisk(self._command)
        booted = subprocess.run(
            [*self._command, "-rx", "core waitfullybooted"], capture_output=True, timeout=30, check=False
        )
        while booted.returncode and self._process.poll() is None:
            booted = subprocess.run(booted.args, capture_output=True, timeout=30, check=False)

    @property
    def template_values(self) -> dict[str, object]:
        """Other values of its configuration."""
        return {}

    def connect_phone(self, number: str, phone: Phone) -> None:
        """Calls to `number` (E.164) ring this telephone from now on."""
        self.run_command(f"dialplan set global LINE_{number.removeprefix('+')} {phone.uri}")

    def set_no_answer(self, number: str) -> None:
        """Calls to `number` (E.164) ring for a second without an answer from now on."""
        self.run_command(f"dialplan set global LINE_{number.removeprefix('+')} nobody")

    def set_busy(self, number: str) -> None:
        """`number` (E.164) is busy from now on, and does not ring."""
        self.run_command(f"dialplan set global LINE_{number.removeprefix('+')} busy")

    def set_rejecting(self, number: str) -> None:
        """Calls to `number` (E.164) ring for a second and are rejected from now on."""
        self.run_command(f"dialplan set global LINE_{number.removeprefix('+')} declines")

    def set_forbidden(self, number: str) -> None:
        """The operator rejects calls to `number` (E.164) from now on: nothing rings."""
        self.run_command(f"dialplan set global LINE_{number.removeprefix('+')} forbidden")

    def set_answering_with_tone(self, number: str) -> None:
        """Calls to `number` (E.164) are answered at once from now on, by a tone of 500 Hz."""
        self.run_command(f"dialplan set global LINE_{number.removeprefix('+')} speaks")

    def trunk_dialogs(self) -> tuple[Dialog, ...]:
        """The calls of our trunk so far, in order, from the SIP trace."""
        trace = self._var / "log" / "sip"
        return parse_dialogs(trace.read_text(errors="replace"), self._trunk_port) if trace.exists() else ()

    def place_call(self, caller: str, number: str, keys: str = "", seconds: int = 30) -> Path:
        """A subscriber without a telephone (E.164, eleven digits) calls, presses keys once answered, and hears so long.

        In `keys` a w is half a second. Returns the file with what the caller hears.
        """
        who = caller.removeprefix("+")
        self.run_command(f"channel originate Local/{who}{number}-{keys}@callers/n extension {who}{seconds}@ears")
        return self._var / "heard" / f"{who}.wav"

    def channel_events(self) -> list[CarrierEvent]:
        """The operator's channel events so far, in order."""
        log = self._var / "log" / "cel-custom" / "witness.csv"
        rows = csv.reader(log.read_text().splitlines()) if log.exists() else ()
        return [CarrierEvent(kind, float(at), ref, channel, _extra(extra)) for kind, at, ref, channel, extra in rows]

    def run_command(self, line: str) -> str:
        """The output of a command of this Asterisk."""
        return subprocess.run([*self._command, "-rx", line], capture_output=True, text=True, timeout=30).stdout

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """The operator answers no message."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(20)

    @property
    def _command(self) -> list[str]:
        return [*self._asterisk.command, "-C", str(self._var / "etc" / "asterisk.conf")]


def _extra(field: str) -> str:
    return str(json.loads(field).get("extra", "")) if field else ""
