"""What changes for callers who are asked what they think of their call."""

from collections.abc import Iterator

from console.plan.comparison.change import (
    ChangedPart,
    Comparison,
    FieldChange,
    Table,
    after_colon,
    describe_fields,
    describe_text,
    match_items,
    part_of,
    says_nothing,
    says_switch,
    says_texts,
)
from translations.message import translatable
from translations.web import gettext


def compare_satisfaction(comparison: Comparison) -> Iterator[ChangedPart]:
    """What changes in the questions after a call."""
    notices = describe_fields(SATISFACTION, comparison.old.satisfaction, comparison.new.satisfaction, comparison)
    yield from part_of(gettext("Satisfaction"), notices)


def _describe_share(change: FieldChange) -> Iterator[str]:
    if not change.new:
        yield gettext("Callers will no longer be asked what they think of the call.")
    elif change.new == 100:
        yield gettext("Every caller will be asked what they think of the call, once whoever answered has hung up.")
    else:
        yield gettext(
            "%(share)s %% of the callers will be asked what they think of the call, once whoever answered has hung up.",
            share=change.new,
        )


def _describe_questions(change: FieldChange) -> Iterator[str]:
    found = match_items(change.old, change.new, lambda question: question.name)
    for question in found.added:
        for language, text in question.text.items():
            yield describe_text(translatable("Callers will be asked: “%(text)s”"), language, text)
    for question in found.removed:
        yield gettext("“%(text)s” will no longer be asked.", text=next(iter(question.text.values()), question.name))
    for before, after in found.kept:
        for notice in describe_fields(QUESTION, before, after, change.comparison):
            yield gettext(
                "Question “%(name)s”: %(sentence)s",
                name=next(iter(before.text.values()), before.name),
                sentence=after_colon(notice.text),
            )
    if found.is_reordered:
        yield gettext("The questions will be asked in another order.")


SATISFACTION: Table = {
    "share_percent": _describe_share,
    "record_words": says_switch(
        translatable("Callers will be invited to add words of their own, which are recorded."),
        translatable("Callers will no longer be invited to add words of their own."),
    ),
    "questions": _describe_questions,
}
"""The describers of SatisfactionRules."""

QUESTION: Table = {"name": says_nothing, "text": says_texts(translatable("It will be: “%(text)s”"))}
"""The describers of SatisfactionQuestion."""
