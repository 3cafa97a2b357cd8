"""The person who sees or changes something, and their permissions."""

from dataclasses import dataclass

from records.errors import RecordsError
from routing.access.permissions import Permission, Role, has_permission

SYSTEM = "standardiste"
"""Stands in columns such as `by` for what the software did without being asked by a person."""


class Forbidden(RecordsError):
    """The actor's role does not allow it."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who sees or changes something.

    `user_id` is None for a person at the command line. `channel`: how they came when it is not the console ("phone").
    """

    user_id: int | None
    role: Role
    name: str
    channel: str = ""

    def may(self, right: Permission) -> bool:
        return has_permission(self.role, right)

    def require(self, right: Permission) -> None:
        """Raises Forbidden."""
        if not self.may(right):
            raise Forbidden(f"{self.name} may not do this ({right.value}); ask an administrator.")


def command_line_actor(operator: str) -> Actor:
    """The person at the machine's command line, who could do anything to the database."""
    return Actor(None, Role.ADMINISTRATOR, operator)
