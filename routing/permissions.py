"""Who may do what in the staff console: one table."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    STAFF = "staff"
    MEDIATOR = "mediator"
    MESSAGE_EDITOR = "message_editor"
    OVERFLOW_AGENT = "overflow_agent"
    """Works for an outside company, and sees nothing of the house."""


class Right(StrEnum):
    HEAR_MESSAGES = "hear_messages"
    PUBLISH_MESSAGES = "publish_messages"
    APPROVE_MESSAGES = "approve_messages"
    REPLACE_PROMPTS = "replace_prompts"
    SEE_PLAN = "see_plan"
    CHANGE_PLAN = "change_plan"
    MANAGE_PEOPLE = "manage_people"
    SEE_CHANGES = "see_changes"


_INSIDE = frozenset({Right.HEAR_MESSAGES, Right.SEE_PLAN})
_EDITING = _INSIDE | {Right.PUBLISH_MESSAGES, Right.REPLACE_PROMPTS}

RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.ADMINISTRATOR: frozenset(Right),
    Role.SUPERVISOR: _EDITING | {Right.APPROVE_MESSAGES, Right.CHANGE_PLAN, Right.SEE_CHANGES},
    Role.STAFF: _INSIDE,
    Role.MEDIATOR: _INSIDE,
    Role.MESSAGE_EDITOR: _EDITING,
    Role.OVERFLOW_AGENT: frozenset(),
}

NEEDS_SECOND_FACTOR = frozenset({Role.ADMINISTRATOR})
"""Their password alone opens nothing."""


def may(role: Role, right: Right) -> bool:
    return right in RIGHTS[role]
