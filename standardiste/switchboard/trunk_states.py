"""The state of our trunks: whether they are registered, and whether they answer."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from standardiste.trunk_settings import Trunk, Trunks

RunCommand = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class TrunkState:
    """`registration` and `contact` in Asterisk's words; both are empty for a fixed address, or if it does not run."""

    name: str
    trunk: Trunk
    registration: str
    contact: str

    @property
    def fault(self) -> str:
        """What is wrong and how to fix it, in one sentence; empty when calls can pass."""
        where = f"The trunk {self.name} ({self.trunk.address})"
        if self.trunk.user and self.registration == "Rejected":
            return f"{where} refuses our registration; check user and password in the settings."
        if self.trunk.qualify_s and self.contact == "Unavail":
            return f"{where} does not answer; check its address and transport, and the firewall, or ask the operator."
        if self.trunk.user and self.registration != "Registered":
            return f"{where} has not registered us; check its address and transport, and the firewall."
        if not self.contact:
            return f"{where} is unknown to Asterisk; restart the server, and see its log."
        return ""

    @property
    def summary(self) -> str:
        """Registration and contact, for a list."""
        registration = (self.registration or "not registered").lower() if self.trunk.user else "fixed address"
        contact = {"Avail": "answers", "Unavail": "does not answer", "NonQual": "not asked"}
        return f"{registration}, {contact.get(self.contact, 'unknown')}"


def list_trunk_states(trunks: Trunks, run_command: RunCommand) -> Iterator[TrunkState]:
    """Each trunk's state; `run_command` gives the output of a command of Asterisk."""
    contacts = run_command("pjsip show contacts") if trunks else ""
    registrations = run_command("pjsip show registrations") if trunks else ""
    for name, trunk in trunks.items():
        contact = re.search(rf"Contact: +{name}/\S+ +\S+ +(\w+)", contacts)
        registration = re.search(rf"^ *{name}/\S+ +\S+ +(\w+)", registrations, re.MULTILINE)
        yield TrunkState(name, trunk, registration[1] if registration else "", contact[1] if contact else "")
