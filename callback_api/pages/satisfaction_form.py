"""The questions about satisfaction on the page of a callback or a message that is done."""

from collections.abc import Mapping

from callback_api.context import AppContext
from records.satisfaction.by_link import Reply, may_answer, save_reply
from routing.satisfaction import HIGHEST, LOWEST, week_of
from routing.typed_texts import clean_text
from translations.catalogues import choose_text

MAX_WORDS = 1000
REFUSE = "refuse"
"""The button of a visitor who does not want to be asked, now or later."""


def form_values(context: AppContext, ref: str, language: str, *, is_done: bool) -> dict[str, object]:
    """The values of satisfaction_form.html; without questions when the visitor is not to be asked."""
    rules = context.plan().satisfaction
    if not (is_done and rules.is_on and may_answer(context.database, ref, context.clock())):
        return {"questions": ()}
    texts = [(_field(each.name), choose_text(each.text, language)) for each in rules.questions]
    most = MAX_WORDS if rules.record_words else 0
    return {"questions": texts, "grades": range(LOWEST, HIGHEST + 1), "max_words": most}


def save_form(context: AppContext, ref: str, language: str, form: Mapping[str, str]) -> None:
    """Stores what a visitor with a valid link has sent, once; answers to questions that the plan lacks are dropped.

    A form without any answer that refuses nothing stores nothing.
    """
    rules, now = context.plan().satisfaction, context.clock()
    if not rules.is_on:
        return
    refused = REFUSE in form
    given = {each.name: _grade(form.get(_field(each.name), "")) for each in rules.questions}
    answers = {} if refused else {name: value for name, value in given.items() if value is not None}
    words = clean_text(form.get("words"))[:MAX_WORDS] if rules.record_words and not refused else ""
    if answers or words or refused:
        week = week_of(now, context.plan().timezone)
        save_reply(context.database, Reply(ref, now, week, language, answers, words or None, refused))


def _field(question: str) -> str:
    return f"question-{question}"


def _grade(typed: str) -> int | None:
    return int(typed) if typed in map(str, range(LOWEST, HIGHEST + 1)) else None
