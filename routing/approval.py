"""Whether a message needs the approval of a second person before it goes on air, and who may give it."""

from collections.abc import Collection
from enum import StrEnum


class Approval(StrEnum):
    """Who must approve the messages of an announcement: nobody, or a second person."""

    NONE = "none"
    SECOND = "second"


def is_eligible_approver(user_id: int, authors: Collection[int]) -> bool:
    """Whether this user may approve a draft: not one that they created, changed or submitted themselves."""
    return user_id not in authors
