"""The names of the roles as people see them, and the role that a person means by a word."""

from collections.abc import Mapping

from routing.access.permissions import ROLE_PERMISSIONS, Permission, Role
from routing.tables import fold_word
from translations.catalogues import LANGUAGES
from translations.message import Message, translatable

ROLE_LABELS: Mapping[Role, Message] = {
    Role.ADMINISTRATOR: translatable("Administrator"),
    Role.SUPERVISOR: translatable("Supervisor"),
    Role.STAFF: translatable("Staff"),
    Role.MEDIATOR: translatable("Mediator"),
    Role.MESSAGE_EDITOR: translatable("Message editor"),
}

PERMISSION_LABELS: Mapping[Permission, Message] = {
    Permission.SEE_RECEPTION: translatable("see who waits, who is there, and whether the reception is open"),
    Permission.SEE_BOARD: translatable("see the wall board, move callers who wait, and set up wall screens"),
    Permission.SWITCH_RECEPTION: translatable(
        "close the reception, send calls to the overflow centre, pause callbacks"
    ),
    Permission.SEE_CHECKS: translatable("see what needs attention in the installation"),
    Permission.HEAR_MESSAGES: translatable("listen to the messages and prompts, and see how often they are heard"),
    Permission.PUBLISH_MESSAGES: translatable("prepare and publish messages, also by telephone"),
    Permission.APPROVE_MESSAGES: translatable("approve the messages of others"),
    Permission.REPLACE_PROMPTS: translatable("replace prompts"),
    Permission.SEE_PLAN: translatable("see the call plan and simulate a call"),
    Permission.CHANGE_PLAN: translatable("change the call plan"),
    Permission.MANAGE_USERS: translatable("invite people, change their roles and remove their access"),
    Permission.MANAGE_TRUNKS: translatable("add, change and remove the operators' trunks"),
    Permission.MANAGE_AGENTS: translatable("manage agents and their telephones"),
    Permission.SEE_REQUESTS: translatable("handle voicemails, missed calls and callbacks that wait"),
    Permission.SEE_MEDIATION: translatable("see and handle the requests of level 3, which nobody else sees"),
    Permission.OPEN_MEDIATION: translatable(
        "look at the requests of level 3 in an emergency, with a reason that the change log keeps"
    ),
    Permission.SEE_CALLS: translatable("see the calls, what happened in each, and listen to voicemails"),
    Permission.SEE_SATISFACTION: translatable("see what people answer about their satisfaction, and hear their words"),
    Permission.CHECK_COSTS: translatable("see what the overflow centres cost, and import their invoices and outcomes"),
    Permission.SEE_CONTACTS: translatable("find contacts and read their cards"),
    Permission.CHANGE_CONTACTS: translatable("change the cards of contacts"),
    Permission.IMPORT_CONTACTS: translatable("import files of contacts"),
    Permission.EXPORT_CONTACTS: translatable("export contacts and calls to a file"),
    Permission.EXPORT_PERSON: translatable("download everything about one person, for that person"),
    Permission.ERASE_PERSON: translatable("erase everything about one person, who asks for it"),
    Permission.SET_UP: translatable("set up a new reception step by step, and place test calls"),
    Permission.SEE_CHANGES: translatable("read the change log"),
    Permission.EXPORT_CHANGES: translatable("export the change log"),
}
"""What each permission lets somebody do, as the console explains roles."""

# Words of earlier versions, and what people write in tables.
_OTHER_WORDS = {
    "admin": Role.ADMINISTRATOR,
    "administratrice": Role.ADMINISTRATOR,
    "superviseuse": Role.SUPERVISOR,
    "standard": Role.STAFF,  # its French name until version 0.2
    "standardiste": Role.STAFF,
    "agent": Role.STAFF,
    "agente d'accueil": Role.STAFF,
    "accueil": Role.STAFF,
    "médiatrice": Role.MEDIATOR,
    "rédaction": Role.MESSAGE_EDITOR,
    "rédacteur": Role.MESSAGE_EDITOR,
    "rédactrice": Role.MESSAGE_EDITOR,
}


def describe_role(role: Role) -> tuple[Message, ...]:
    """What this role lets somebody do, in the order of the permissions; empty for a role that opens nothing."""
    return tuple(label for permission, label in PERMISSION_LABELS.items() if permission in ROLE_PERMISSIONS[role])


def find_role(word: str) -> Role | None:
    """The role of this word: its name on the console in any language, or its code; case and accents do not matter."""
    return _role_words().get(fold_word(word))


def role_names(language: str) -> str:
    """Every role by its name in this language: "Administrator, Supervisor, …"."""
    return ", ".join(label.in_language(language) for label in ROLE_LABELS.values())


def _role_words() -> Mapping[str, Role]:
    words = {fold_word(word): role for word, role in _OTHER_WORDS.items()}
    for role, label in ROLE_LABELS.items():
        words |= {fold_word(name): role for name in (role.value, *map(label.in_language, LANGUAGES))}
    return words
