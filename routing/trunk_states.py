"""The state of a trunk in words: whether it is registered and answers, and what to do where it is not."""

from dataclasses import dataclass

from routing.trunks import Trunk
from translations.message import Message, translatable

REGISTERED = "Registered"
REJECTED = "Rejected"
REACHABLE = "Reachable"
UNREACHABLE = "Unreachable"
NOT_QUALIFIED = "NonQualified"
"""Asterisk's words, as its manager interface writes them."""

_REGISTRATIONS = {
    REGISTERED: translatable("registered"),
    REJECTED: translatable("registration rejected"),
}
_CONTACTS = {
    REACHABLE: translatable("answers"),
    UNREACHABLE: translatable("does not answer"),
    NOT_QUALIFIED: translatable("not asked"),
}


@dataclass(frozen=True, slots=True)
class TrunkFault:
    """What is wrong with a trunk, and what to do."""

    problem: Message
    remedy: Message


@dataclass(frozen=True, slots=True)
class TrunkState:
    """`registration` and `contact` in Asterisk's words; both are empty if it does not know the trunk, or not yet."""

    name: str
    label: str
    trunk: Trunk
    registration: str = ""
    contact: str = ""
    is_locked: bool = False

    @property
    def fault(self) -> TrunkFault | None:
        """What is wrong; None when calls can pass."""
        names = {"trunk": self.label, "address": self.trunk.address}
        if self.is_locked:
            return TrunkFault(
                translatable("The password of the trunk %(trunk)s cannot be read: its key is missing.", **names),
                translatable("Put the copy of the key file back, or type the password again."),
            )
        if self.trunk.registers and self.registration == REJECTED:
            return TrunkFault(
                translatable("The trunk %(trunk)s (%(address)s) refuses our registration.", **names),
                translatable("Check user and password."),
            )
        if self.trunk.qualify_s and self.contact == UNREACHABLE:
            return TrunkFault(
                translatable("The trunk %(trunk)s (%(address)s) does not answer.", **names),
                translatable("Check its address and transport, and the firewall, or ask the operator."),
            )
        if self.trunk.registers and self.registration != REGISTERED:
            return TrunkFault(
                translatable("The trunk %(trunk)s (%(address)s) has not registered us.", **names),
                translatable("Wait a minute, then check its address and transport, and the firewall."),
            )
        if not self.contact:
            return TrunkFault(
                translatable("The trunk %(trunk)s (%(address)s) is unknown to Asterisk.", **names),
                translatable("Check whether the server is running, and read its log."),
            )
        return None

    @property
    def summary(self) -> tuple[Message, Message]:
        """Registration and contact, for a list."""
        if self.trunk.registers or self.is_locked:
            registration = _REGISTRATIONS.get(self.registration, translatable("not registered"))
        else:
            registration = translatable("fixed address")
        return registration, _CONTACTS.get(self.contact, translatable("unknown"))
