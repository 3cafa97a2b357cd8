"""Amounts of money as each language writes them (CLDR, by Babel)."""

from decimal import Decimal

from babel.numbers import format_currency, format_decimal

_LOCALES = {"en": "en_GB"}
_PATTERNS = {"en": "¤#,##0.00##", "fr": "#,##0.00##\u00a0¤"}


def euros(amount: Decimal, language: str) -> str:
    """An amount in euros, with its third and fourth place where it has them: "2,455 €", "€1,234.50"."""
    locale = _LOCALES.get(language, language)
    return str(format_currency(amount, "EUR", _PATTERNS.get(language), locale=locale, currency_digits=False))


def quantity(amount: Decimal | int, language: str) -> str:
    """A number of contacts or hours, with two places at most: "1 234,5", "1,234.5"."""
    return str(format_decimal(amount, "#,##0.##", locale=_LOCALES.get(language, language)))


def bare_amount(amount: Decimal, language: str) -> str:
    """An amount for a table that a spreadsheet reads: "1234,50", "1234.50"; up to four places."""
    return str(format_decimal(amount, "0.00##", locale=_LOCALES.get(language, language)))
