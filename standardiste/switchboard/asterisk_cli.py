"""Commands to a running Asterisk, through its own command line (`asterisk -rx`)."""

import subprocess
from pathlib import Path

from standardiste.switchboard.asterisk import Asterisk

COMMAND_TIMEOUT_S = 30


class AsteriskCli:
    """The command line of the Asterisk that runs with `configuration`, its asterisk.conf.

    Where there is no Asterisk none runs either: commands are not answered.
    """

    def __init__(self, asterisk: Asterisk | None, configuration: Path) -> None:
        self._command = (*asterisk.command, "-C", str(configuration), "-rx") if asterisk else ()
        self._socket = configuration.parent.parent / "run" / "asterisk.ctl"

    def run(self, line: str) -> str:
        """The output of one command; empty when Asterisk does not run, or does not answer within 30 seconds."""
        if not self._command or not self._socket.exists():
            return ""
        try:
            return subprocess.run(
                [*self._command, line], capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S, check=False
            ).stdout
        except subprocess.TimeoutExpired:
            return ""

    def is_booted(self) -> bool:
        """True once Asterisk has loaded its modules and takes calls."""
        return "fully booted" in self.run("core waitfullybooted")

    def reload(self) -> None:
        """Asterisk reads telephones, trunks, queues and dialplan again; calls in progress are not disturbed."""
        for module in ("res_pjsip", "res_pjsip_endpoint_identifier_ip", "res_pjsip_outbound_registration"):
            self.run(f"module reload {module}.so")
        for line in ("module reload res_rtp_asterisk.so", "queue reload all", "dialplan reload"):
            self.run(line)
