"""Reads what a plan says of satisfaction surveys."""

from routing.plan.bounds import SATISFACTION_SHARE
from routing.plan.named_entries import read_entries, read_entry_name
from routing.plan.tree import Node, NodeReader
from routing.satisfaction import MAX_QUESTIONS, SatisfactionQuestion, SatisfactionRules
from translations.message import translatable


def read_satisfaction(reader: NodeReader, node: Node | None) -> SatisfactionRules:
    """The rules of this node; without it nobody is asked."""
    if node is None or not node.value:
        return SatisfactionRules()
    parts = reader.read_fields(node, (), ("share_percent", "record_words", "questions"))
    share = reader.read_integer(parts["share_percent"], *SATISFACTION_SHARE) if "share_percent" in parts else 0
    questions = _read_questions(reader, parts.get("questions"))
    if share and not questions:
        reader.add_problem(parts["share_percent"], translatable("asks callers, but there is no question to ask"))
    return SatisfactionRules(
        share_percent=share,
        record_words=reader.read_boolean(parts["record_words"]) if "record_words" in parts else False,
        questions=questions,
    )


def _read_questions(reader: NodeReader, node: Node | None) -> tuple[SatisfactionQuestion, ...]:
    questions: list[SatisfactionQuestion] = []
    for item in read_entries(reader, node, MAX_QUESTIONS):
        parts = reader.read_fields(item, ("name", "text"))
        name = read_entry_name(reader, parts["name"], [question.name for question in questions])
        questions.append(SatisfactionQuestion(name, reader.read_localized_text(parts["text"])))
    return tuple(questions)
