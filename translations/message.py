"""A text that is written in one place and read in another, where the reader's language is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from translations.catalogues import SOURCE, catalogue, choose_text


@dataclass(frozen=True, slots=True)
class Message:
    """An English text with %(name)s places and their values; a value may be a Message itself.

    `plural` is the English text for every `count` but one; other languages have their own plural forms (gettext).
    `context` tells two equal English texts apart that other languages write differently (gettext's msgctxt).
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    plural: str = ""
    count: int = 1
    context: str = ""

    def in_language(self, language: str) -> str:
        """The text in "fr", "en" or another language of `catalogues.LANGUAGES`, with its values."""
        text = self._translated(language)
        if not self.values:
            return text
        return text % {name: _value_in_language(value, language) for name, value in self.values.items()}

    def __str__(self) -> str:
        return self.in_language(SOURCE)

    def _translated(self, language: str) -> str:
        texts = catalogue(language)
        if self.plural:
            return texts.ngettext(self.text, self.plural, self.count)
        if self.context:
            return str(texts.pgettext(self.context, self.text))
        return texts.gettext(self.text)


@dataclass(frozen=True, slots=True)
class OwnText:
    """A text that people of the organisation wrote, by language. No catalogue translates it."""

    texts: Mapping[str, str]

    def in_language(self, language: str) -> str:
        """The text in this language, or in the nearest one that it is written in."""
        return choose_text(self.texts, language) or next(iter(self.texts.values()), "")

    def __str__(self) -> str:
        return self.in_language(SOURCE)


def translatable(text: str, **values: object) -> Message:
    """The Message of this text; `text` must be a literal, because the catalogues are extracted from the code."""
    return Message(text, values)


def translatable_plural(text: str, plural: str, count: int, **values: object) -> Message:
    """Like `translatable`, with another text for a `count` other than one; both texts may use %(count)s."""
    return Message(text, {"count": count, **values}, plural, count)


def translatable_in_context(context: str, text: str, **values: object) -> Message:
    """Like `translatable`, for a short text whose translation depends on where it stands: `context` says where."""
    return Message(text, values, context=context)


def _value_in_language(value: object, language: str) -> object:
    return value.in_language(language) if isinstance(value, (Message, OwnText)) else value
