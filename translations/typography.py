"""Quotation marks, large numbers and capital letters, as each language writes them."""

from babel.numbers import format_decimal

from translations.message import translatable


def quoted(text: str, language: str) -> str:
    """A text with the quotation marks of its language: "« Bonjour. »", "“Hello.”"."""
    return translatable("“%(words)s”", words=text).in_language(language)


def whole_number(number: int, language: str) -> str:
    """A number with its thousands apart: "200 000" (no-break spaces), "200,000"."""
    return str(format_decimal(number, locale=language))


def capitalize_first(text: str) -> str:
    """The text with a capital first letter; the other letters stay as they are."""
    return text[:1].upper() + text[1:]
