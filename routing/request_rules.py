"""What the plan says of requests that wait for the team: their topics, when they are due, what can become of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from routing.languages import LocalizedText
from translations.message import Message, OwnText, translatable

LEVELS = (1, 2, 3)
"""Of requests: 1 is everybody's, 2 the service concerned, 3 the mediator's alone."""
MEDIATION_LEVEL = 3
MAX_OUTCOMES = 8
MAX_TOPICS = 40

DEFAULT_OUTCOMES: Mapping[str, Message] = {
    "answered": translatable("Answer given"),
    "called_back": translatable("Called back"),
    "nobody_reached": translatable("Nobody reached"),
    "passed_on": translatable("Passed on"),
    "nothing_to_do": translatable("Nothing to do"),
    "wrong_number": translatable("Wrong number"),
}
"""The outcomes of a plan that names none."""


class EscalationAudience(StrEnum):
    """Who is told, beside the owner, that a request is long overdue. The values are those of the plan."""

    SUPERVISORS = "supervisors"
    EVERYBODY = "everybody"
    """Everybody who handles requests."""
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Escalation:
    """What happens to a request that is still open `after_h` hours of opening after its due time; 0: at that time.

    From level 1 it goes to level 2. At level 2 it stays, because only a person hands something to the mediator.
    """

    after_h: int
    audience: EscalationAudience


@dataclass(frozen=True, slots=True)
class Topic:
    """What a request is about. A request of this topic goes to `level`, and is due after `due_h` hours of opening.

    `due_h` None: as requests without a topic. `escalate_h` None: it never goes up by itself (see Escalation).
    """

    name: str
    title: LocalizedText
    level: int = 1
    due_h: int | None = None
    escalate_h: int | None = None
    escalate_tell: EscalationAudience = EscalationAudience.SUPERVISORS


@dataclass(frozen=True, slots=True)
class RequestOutcome:
    """What can become of a request; staff choose one when they close it."""

    name: str
    title: LocalizedText


@dataclass(frozen=True, slots=True)
class RequestRules:
    """`due_h`: hours of opening until a request without a rule of its own is due; `outcomes` empty: the usual ones.

    `escalate_h` and `escalate_tell` are for requests without a topic.
    """

    topics: tuple[Topic, ...] = ()
    outcomes: tuple[RequestOutcome, ...] = ()
    due_h: int = 8
    escalate_h: int | None = None
    escalate_tell: EscalationAudience = EscalationAudience.SUPERVISORS

    @property
    def outcome_titles(self) -> Mapping[str, Message | OwnText]:
        """The outcomes to choose from, by name."""
        if not self.outcomes:
            return DEFAULT_OUTCOMES
        return {each.name: OwnText(each.title) for each in self.outcomes}

    def find_topic(self, name: str | None) -> Topic | None:
        """The topic of this name; None for a topic that the plan no longer has."""
        return next((topic for topic in self.topics if topic.name == name), None)

    def due_hours(self, topic: str | None) -> int:
        """The hours of opening after which a request of this topic is due."""
        found = self.find_topic(topic)
        return found.due_h if found and found.due_h else self.due_h

    def find_escalation(self, topic: str | None) -> Escalation | None:
        """What happens to an overdue request of this topic; None: nothing.

        A topic that the plan no longer has counts as none.
        """
        rule = self.find_topic(topic) or self
        return None if rule.escalate_h is None else Escalation(rule.escalate_h, rule.escalate_tell)
