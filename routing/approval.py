"""Whether a message needs a second person before it goes on air, and who that may be."""

from collections.abc import Collection
from enum import StrEnum


class Approval(StrEnum):
    """Who must agree before a message of a slot goes on air: nobody but its author, or a second person."""

    NONE = "none"
    SECOND = "second"


def is_eligible_approver(user_id: int, authors: Collection[int]) -> bool:
    """Whether this account can be the second person: nobody approves what he made, changed or handed in himself."""
    return user_id not in authors
