"""The permissions of each role in the console."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    STAFF = "staff"
    MEDIATOR = "mediator"
    MESSAGE_EDITOR = "message_editor"
    OVERFLOW_AGENT = "overflow_agent"
    """Works for an outside company, and sees none of the organisation's data."""


class Permission(StrEnum):
    HEAR_MESSAGES = "hear_messages"
    PUBLISH_MESSAGES = "publish_messages"
    APPROVE_MESSAGES = "approve_messages"
    REPLACE_PROMPTS = "replace_prompts"
    SEE_PLAN = "see_plan"
    CHANGE_PLAN = "change_plan"
    MANAGE_USERS = "manage_users"
    SEE_CHANGES = "see_changes"


_INSIDE = frozenset({Permission.HEAR_MESSAGES, Permission.SEE_PLAN})
_EDITING = _INSIDE | {Permission.PUBLISH_MESSAGES, Permission.REPLACE_PROMPTS}

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.SUPERVISOR: _EDITING | {Permission.APPROVE_MESSAGES, Permission.CHANGE_PLAN, Permission.SEE_CHANGES},
    Role.STAFF: _INSIDE,
    Role.MEDIATOR: _INSIDE,
    Role.MESSAGE_EDITOR: _EDITING,
    Role.OVERFLOW_AGENT: frozenset(),
}

SECOND_FACTOR_ROLES = frozenset({Role.ADMINISTRATOR})
"""Roles that must log in with a second factor."""


def has_permission(role: Role, permission: Permission) -> bool:
    return permission in ROLE_PERMISSIONS[role]
