"""Who asks, and whether this person may."""

from dataclasses import dataclass

from records.errors import RecordsError
from routing.permissions import Right, Role, may


class Forbidden(RecordsError):
    """The person's role does not allow it."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever sees or changes something. `account_id` is None for who works at the machine itself; `channel` says how
    a person comes who does not use the console: "phone"."""

    account_id: int | None
    role: Role
    name: str
    channel: str = ""

    def may(self, right: Right) -> bool:
        return may(self.role, right)

    def demand(self, right: Right) -> None:
        """Raises Forbidden."""
        if not self.may(right):
            raise Forbidden(f"{self.name} may not do this ({right.value}); ask an administrator.")


def at_machine(operator: str) -> Viewer:
    """Who types on the machine's command line, and could do anything to the base."""
    return Viewer(None, Role.ADMINISTRATOR, operator)
