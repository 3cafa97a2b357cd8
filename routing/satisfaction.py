"""What the plan says of satisfaction surveys: who is asked, what, and when a caller may be asked."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from routing.languages import LocalizedText
from routing.shares import share_draw

MAX_QUESTIONS = 3
LOWEST, HIGHEST = 1, 5
"""The answers, which are the keys of a telephone."""
SATISFIED_FROM = 4
"""Who answers with this or more counts as satisfied."""
ASK_AGAIN_AFTER = timedelta(days=31)
"""Nobody is asked twice within a month, however long the month is."""


@dataclass(frozen=True, slots=True)
class SatisfactionQuestion:
    """A question, answered with 1 (not at all) to 5 (very much). Answers are stored under `name`."""

    name: str
    text: LocalizedText


@dataclass(frozen=True, slots=True)
class SatisfactionRules:
    """`share_percent` of the calls that somebody has answered are asked; 0: nobody is.

    `record_words`: whoever has answered may add words of their own, which are recorded.
    """

    share_percent: int = 0
    record_words: bool = False
    questions: tuple[SatisfactionQuestion, ...] = ()

    @property
    def is_on(self) -> bool:
        """Whether anybody is asked."""
        return self.share_percent > 0 and bool(self.questions)


def is_drawn(rules: SatisfactionRules, call_ref: str, *, surcharged: bool) -> bool:
    """Whether this call is among the share that is asked. Never on a surcharged number: the caller would pay for it.

    The draw belongs to the call; it is another one than that of overflow, so that no share hides behind the other.
    """
    if not rules.is_on or surcharged:
        return False
    return share_draw(f"satisfaction {call_ref}") * 100 < rules.share_percent


def may_ask(now: datetime, asked_at: datetime | None, refused_at: datetime | None) -> bool:
    """Whether somebody may be asked who was asked at `asked_at` last, and has refused at `refused_at`."""
    return refused_at is None and (asked_at is None or now - asked_at >= ASK_AGAIN_AFTER)


def week_of(at: datetime, tz: tzinfo) -> date:
    """The Monday of the week in which `at` lies, by the clock of `tz`."""
    day = at.astimezone(tz).date()
    return day - timedelta(days=day.weekday())


def question_prompt_key(question: SatisfactionQuestion) -> str:
    """The key of the question's prompt."""
    return f"question-{question.name}"
