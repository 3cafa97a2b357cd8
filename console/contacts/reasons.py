"""Why two cards may be one person, in words."""

from collections.abc import Iterable, Mapping

from routing.duplicates import Reason
from translations.message import Message, translatable
from web.language import current_language

REASONS: Mapping[Reason, Message] = {
    Reason.SAME_EMAIL: translatable("same e-mail address"),
    Reason.SAME_LINE: translatable("same number"),
    Reason.SAME_ADDRESS: translatable("same street"),
    Reason.SAME_NAME: translatable("same name"),
    Reason.SIMILAR_NAME: translatable("similar name"),
    Reason.SAME_FIRST_NAME: translatable("same first name"),
    Reason.SAME_SURNAME: translatable("same surname"),
    Reason.SHORTENED_FIRST_NAME: translatable("first name shortened"),
    Reason.SAME_ORGANISATION: translatable("same organisation"),
    Reason.NO_NAME: translatable("one card has no name"),
    Reason.NO_FIRST_NAME: translatable("one card has no first name"),
    Reason.OTHER_SURNAME: translatable("other surname"),
    Reason.OTHER_NAME: translatable("other name"),
    Reason.OTHER_FIRST_NAME: translatable("other first name"),
    Reason.OTHER_GENERATION: translatable("perhaps parent and child"),
    Reason.OTHER_EMAIL: translatable("other e-mail address"),
    Reason.OTHER_LINE: translatable("different number"),
    Reason.OTHER_ADDRESS: translatable("other street"),
    Reason.FREQUENT_NAME: translatable("frequent name"),
}
AGAINST = frozenset(reason for reason in Reason if reason.startswith("other_")) | {Reason.FREQUENT_NAME}
"""What tells the two apart."""


def words_for(reasons: Iterable[Reason]) -> str:
    """What speaks for one person, in the language of the current request."""
    language = current_language()
    return ", ".join(REASONS[reason].in_language(language) for reason in reasons if reason not in AGAINST)


def words_against(reasons: Iterable[Reason]) -> str:
    """What speaks for two."""
    language = current_language()
    return ", ".join(REASONS[reason].in_language(language) for reason in reasons if reason in AGAINST)
