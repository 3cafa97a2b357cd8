"""Figures of satisfaction surveys, put together by week, topic, level or overflow centre."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Dimension(StrEnum):
    """By what figures are shown. There is none for people: nobody is judged by the answers to a call."""

    WEEK = "week"
    TOPIC = "topic"
    LEVEL = "level"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True)
class Group:
    """What surveys have in common. `topic` and `centre` are names of the plan; None: none."""

    week: date
    level: int
    topic: str | None
    centre: str | None


@dataclass(frozen=True, slots=True)
class SurveyCount:
    """How many of a group were asked, have answered a question at least, and have refused."""

    group: Group
    asked: int
    answered: int
    refused: int


@dataclass(frozen=True, slots=True)
class AnswerCount:
    """The answers of a group to one question: how many, their sum, and how many of them were satisfied."""

    group: Group
    question: str
    count: int
    total: int
    satisfied: int


@dataclass(slots=True)
class QuestionFigures:
    """The answers to one question."""

    count: int = 0
    total: int = 0
    satisfied: int = 0

    @property
    def mean(self) -> float | None:
        """From 1 to 5; None without an answer."""
        return self.total / self.count if self.count else None

    @property
    def satisfied_percent(self) -> float | None:
        return 100 * self.satisfied / self.count if self.count else None


@dataclass(slots=True)
class Figures:
    """The figures of all groups that have one value of a dimension; `questions` by name."""

    asked: int = 0
    answered: int = 0
    refused: int = 0
    questions: dict[str, QuestionFigures] = field(default_factory=dict)

    @property
    def answered_percent(self) -> float | None:
        return 100 * self.answered / self.asked if self.asked else None


Key = date | str | int | None


def sum_by(
    dimension: Dimension | None, surveys: Iterable[SurveyCount], answers: Iterable[AnswerCount]
) -> Mapping[Key, Figures]:
    """The figures by the values of a dimension, in order, those without a value last; None: all in one, under None."""
    found: dict[Key, Figures] = {}

    def of(group: Group) -> Figures:
        return found.setdefault(getattr(group, dimension) if dimension else None, Figures())

    for survey in surveys:
        figures = of(survey.group)
        figures.asked += survey.asked
        figures.answered += survey.answered
        figures.refused += survey.refused
    for answer in answers:
        question = of(answer.group).questions.setdefault(answer.question, QuestionFigures())
        question.count += answer.count
        question.total += answer.total
        question.satisfied += answer.satisfied
    return {key: found[key] for key in _in_order(list(found))}


def _in_order(keys: Sequence[Key]) -> list[Key]:
    return sorted(keys, key=lambda key: (key is None, str(key)))
