"""The languages that an organisation speaks: texts in another one are never needed."""

import re
from pathlib import Path

import pytest

from routing.plan.errors import PlanError
from routing.plan.parsing import parse_plan
from routing.sentences import list_sentences

SEED = Path("plan.yaml").read_text(encoding="utf-8")
IN_FRENCH = "languages: [fr]\n" + re.sub(r"[ ,]*\ben: (\"[^\"]*\"|\[[^]]*\])", "", SEED)


def with_line(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


def test_french_alone_is_enough() -> None:
    plan = parse_plan(with_line(IN_FRENCH, "    language: fr                # fr or en\n", ""))
    assert plan.languages == ("fr",) and plan.numbers[0].language == "fr"
    assert "en" not in plan.numbers[0].greeting and "To speak" not in IN_FRENCH
    of_menus = [sentence for sentence in list_sentences(plan) if sentence.key.startswith(("menu-", "greeting-"))]
    assert of_menus and all(set(sentence.texts) == {"fr"} for sentence in of_menus)


def test_texts_in_a_language_that_is_not_spoken_may_stay() -> None:
    plan = parse_plan("languages: [fr]\n" + SEED)
    assert set(plan.menus["main"].choices[0].texts or {}) == {"fr"}


def test_both_languages_are_spoken_without_the_line() -> None:
    assert parse_plan(SEED).languages == ("fr", "en")


MISSING = {
    (', en: "To be called back"', "menus.main.keys.2.en"),
    (
        '      en: ["That choice is not offered here. This is what we can do for you.",\n           '
        '"We did not recognise your choice. Let us go through the list once more."]\n',
        "menus.main.wrong.en",
    ),
    (
        '      en: "Hello, you have reached the reception desk. An automated service is answering."\n',
        "numbers.+33199000000.greeting.en",
    ),
}


@pytest.mark.parametrize(("text", "path"), sorted(MISSING))
def test_a_missing_language_is_one_error_at_its_field(text: str, path: str) -> None:
    with pytest.raises(PlanError) as refused:
        parse_plan(with_line(SEED, text, ""))
    (problem,) = refused.value.problems
    assert (problem.path, str(problem.reason)) == (path, "the text in English is missing")


@pytest.mark.parametrize(
    ("languages", "reason"),
    [("[fr, de]", "'de' is not a language"), ("[fr, fr]", "twice"), ("[]", "needs a list"), ("fr", "needs a list")],
)
def test_wrong_languages_are_refused(languages: str, reason: str) -> None:
    with pytest.raises(PlanError, match=reason):
        parse_plan(f"languages: {languages}\n" + SEED)


def test_a_number_speaks_one_of_the_languages() -> None:
    with pytest.raises(PlanError, match="'en' is not a language that callers are served in; choose fr"):
        parse_plan(with_line(IN_FRENCH, "language: fr  ", "language: en  "))
