"""Quotation marks, numbers, times and capitals of each language."""

from datetime import UTC, datetime

from translations.dates import clock_time
from translations.typography import capitalize_first, quoted, whole_number

NO_BREAK, NARROW = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"


def test_a_text_has_the_quotation_marks_of_its_language_and_numbers_its_thousands_apart() -> None:
    assert (quoted("Bonjour.", "fr"), quoted("Hello.", "en")) == (f"«{NO_BREAK}Bonjour.{NO_BREAK}»", "“Hello.”")
    assert (whole_number(200_000, "fr"), whole_number(200_000, "en")) == (f"200{NARROW}000", "200,000")
    assert capitalize_first("topic 1, French") == "Topic 1, French"


def test_an_english_sentence_that_ends_with_a_time_has_one_full_stop() -> None:
    at = datetime(2031, 3, 4, 14, 5, tzinfo=UTC)
    assert f"until {clock_time(at, UTC, 'en')}." == f"until 2:05{NO_BREAK}pm."
