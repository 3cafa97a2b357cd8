"""The permissions of each role in the console."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    STAFF = "staff"
    MEDIATOR = "mediator"
    MESSAGE_EDITOR = "message_editor"


class Permission(StrEnum):
    SEE_RECEPTION = "see_reception"
    """Open or closed, who waits, who takes calls."""
    SWITCH_RECEPTION = "switch_reception"
    """Close, send calls to the overflow centre, pause callbacks, by hand."""
    SEE_BOARD = "see_board"
    """The figures of the day, and the screens on the wall that show them."""
    SEE_CHECKS = "see_checks"
    HEAR_MESSAGES = "hear_messages"
    PUBLISH_MESSAGES = "publish_messages"
    APPROVE_MESSAGES = "approve_messages"
    REPLACE_PROMPTS = "replace_prompts"
    SEE_PLAN = "see_plan"
    CHANGE_PLAN = "change_plan"
    MANAGE_USERS = "manage_users"
    MANAGE_TRUNKS = "manage_trunks"
    """Connections to operators, with their passwords."""
    MANAGE_AGENTS = "manage_agents"
    """People who answer calls, and their telephones."""
    SEE_REQUESTS = "see_requests"
    """Voicemails, missed calls and callbacks that wait; take them, call back, close them."""
    SEE_MEDIATION = "see_mediation"
    """Requests of level 3, which nobody else sees."""
    OPEN_MEDIATION = "open_mediation"
    """Look at the requests of level 3 in an emergency, with a reason that is written down."""
    SEE_CALLS = "see_calls"
    """Who called, what happened in the call, voicemails."""
    SEE_SATISFACTION = "see_satisfaction"
    CHECK_COSTS = "check_costs"
    """What the overflow centres cost; import their invoices and hours, and what they say became of calls."""
    SEE_CONTACTS = "see_contacts"
    CHANGE_CONTACTS = "change_contacts"
    IMPORT_CONTACTS = "import_contacts"
    """Make cards of all people of a file at once."""
    EXPORT_CONTACTS = "export_contacts"
    """Take the cards of many people away, in a file."""
    EXPORT_PERSON = "export_person"
    """Take everything about one person away, voice messages included, for that person."""
    ERASE_PERSON = "erase_person"
    """Erase everything about one person, for ever."""
    SET_UP = "set_up"
    """The first steps of a new reception, and test calls from the console."""
    SEE_CHANGES = "see_changes"
    EXPORT_CHANGES = "export_changes"


_INSIDE = frozenset({Permission.SEE_RECEPTION, Permission.HEAR_MESSAGES, Permission.SEE_PLAN})
_EDITING = _INSIDE | {Permission.PUBLISH_MESSAGES, Permission.REPLACE_PROMPTS}
_ANSWERING = _INSIDE | {
    Permission.SEE_REQUESTS,
    Permission.SEE_CALLS,
    Permission.SEE_CONTACTS,
    Permission.CHANGE_CONTACTS,
}

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(Permission) - {Permission.SEE_MEDIATION},
    Role.SUPERVISOR: _EDITING
    | _ANSWERING
    | {
        Permission.SWITCH_RECEPTION,
        Permission.SEE_BOARD,
        Permission.SEE_CHECKS,
        Permission.APPROVE_MESSAGES,
        Permission.CHANGE_PLAN,
        Permission.MANAGE_AGENTS,
        Permission.IMPORT_CONTACTS,
        Permission.SEE_SATISFACTION,
        Permission.CHECK_COSTS,
        Permission.SEE_CHANGES,
    },
    Role.STAFF: _ANSWERING,
    Role.MEDIATOR: _ANSWERING | {Permission.SEE_MEDIATION},
    Role.MESSAGE_EDITOR: _EDITING,
}

SECOND_FACTOR_ROLES = frozenset({Role.ADMINISTRATOR})
"""Roles that must log in with a second factor."""


def has_permission(role: Role, permission: Permission) -> bool:
    return permission in ROLE_PERMISSIONS[role]
