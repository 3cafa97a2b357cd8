"""The names of the roles as people see them, and the role that a person means by a word."""

from collections.abc import Mapping

from routing.access.permissions import Role
from routing.tables import fold_word
from translations.catalogues import LANGUAGES
from translations.message import Message, translatable

ROLE_LABELS: Mapping[Role, Message] = {
    Role.ADMINISTRATOR: translatable("Administrator"),
    Role.SUPERVISOR: translatable("Supervisor"),
    Role.STAFF: translatable("Staff"),
    Role.MEDIATOR: translatable("Mediator"),
    Role.MESSAGE_EDITOR: translatable("Message editor"),
    Role.OVERFLOW_AGENT: translatable("Overflow agent"),
}

# Words of earlier versions, and what people write in tables.
_OTHER_WORDS = {
    "admin": Role.ADMINISTRATOR,
    "administratrice": Role.ADMINISTRATOR,
    "superviseuse": Role.SUPERVISOR,
    "standardiste": Role.STAFF,
    "médiatrice": Role.MEDIATOR,
    "rédaction": Role.MESSAGE_EDITOR,
    "rédacteur": Role.MESSAGE_EDITOR,
    "rédactrice": Role.MESSAGE_EDITOR,
    "débordement": Role.OVERFLOW_AGENT,
}


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
