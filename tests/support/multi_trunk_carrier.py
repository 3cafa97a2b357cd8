"""An operator with each kind of trunk: UDP, TCP, TLS with SRTP at fixed addresses, and one with registration."""

import json
import re
import subprocess
from pathlib import Path

import ports
from carrier import Carrier

from standardiste.switchboard.asterisk import Asterisk

PASSWORD = "se;cret [of] = us"


class MultiTrunkCarrier(Carrier):
    """A second Asterisk; `trunks` is the setting for its trunks."""

    conf = Path(__file__).parent / "multi_trunk_conf"

    def __init__(self, asterisk: Asterisk, var: Path, trunk_port: int, sip_port: int, certificate: Path) -> None:
        super().__init__(asterisk, var, trunk_port)
        self.sip_port, self._certificate = sip_port, certificate

    @property
    def template_values(self) -> dict[str, object]:
        return {
            "tls_port": self.sip_port + 1,
            "trunk_tls_port": self._trunk_port + 1,
            "certificate": self._certificate,
            "password": PASSWORD.replace(";", "\\;"),
        }

    def last_call_fields(self) -> list[str]:
        """The fields of our last call: the dialled number, the caller ID, its privacy, and the name in <>."""
        found = re.search(r"SEEN=(.*)", self.run_command("dialplan show globals"))
        return found[1].split() if found else []

    def call_times(self) -> list[int]:
        """The arrival times of the calls of our trunks at fixed addresses, in seconds."""
        found = re.search(r"TIMES=0(.*)", self.run_command("dialplan show globals"))
        return [int(time) for time in found[1].split()] if found else []


def trunk_settings(sip_port: int) -> str:
    """The setting `trunks` for an operator on this port, and for one that does not exist."""
    account = {"address": "127.0.0.5", "port": sip_port, "user": "account", "identity": "pai"}
    return json.dumps(
        {
            "by-udp": {"address": "127.0.0.2", "port": sip_port, "numbers": "national", "calls_per_second": 20},
            "by-tcp": {"address": "127.0.0.3", "port": sip_port, "numbers": "00", "transport": "tcp"},
            "by-tls": {"address": "127.0.0.4", "port": sip_port + 1, "transport": "tls", "srtp": True, "privacy": True},
            "registered": account | {"password": PASSWORD, "numbers": "national"},
            "refused": account | {"password": "wrong"},
            "absent": {"address": "127.0.0.6", "port": ports.free(), "qualify_s": 2},
        }
    )


def make_certificate(file: Path) -> Path:
    """A self-signed certificate for loopback addresses, with its key."""
    names = ",".join(f"IP:127.0.0.{number}" for number in range(1, 7))
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=loopback"]
    key = file.with_suffix(".key")
    subprocess.run(
        [*command, "-addext", f"subjectAltName={names}", "-keyout", str(key), "-out", str(file)],
        check=True,
        capture_output=True,
    )
    file.write_text(file.read_text() + key.read_text())
    return file
