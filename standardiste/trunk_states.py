"""What Asterisk says of our trunks: registered or not, there or not."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from standardiste.trunks import Trunk, Trunks

Console = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class TrunkState:
    """`registration` and `contact` in Asterisk's words; empty where it has none (fixed address), or does not run."""

    name: str
    trunk: Trunk
    registration: str
    contact: str

    @property
    def fault(self) -> str:
        """What is wrong, in one sentence with its mend; empty when calls can pass."""
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
    def words(self) -> str:
        """Registration and contact, for a list."""
        registration = (self.registration or "not registered").lower() if self.trunk.user else "fixed address"
        contact = {"Avail": "answers", "Unavail": "does not answer", "NonQual": "not asked"}
        return f"{registration}, {contact.get(self.contact, 'unknown')}"


def states(trunks: Trunks, console: Console) -> Iterator[TrunkState]:
    """Each trunk's state; `console` asks the running Asterisk one line."""
    contacts = console("pjsip show contacts") if trunks else ""
    registrations = console("pjsip show registrations") if trunks else ""
    for name, trunk in trunks.items():
        contact = re.search(rf"Contact: +{name}/\S+ +\S+ +(\w+)", contacts)
        registration = re.search(rf"^ *{name}/\S+ +\S+ +(\w+)", registrations, re.MULTILINE)
        yield TrunkState(name, trunk, registration[1] if registration else "", contact[1] if contact else "")
