"""The whole comparison of two plans: one describer for each field of the plan, in the order of the pages."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date

from console.plan.comparison.callbacks import CALLBACKS, LIMITS, SITE, compare_callbacks
from console.plan.comparison.change import ChangedPart, Comparison, Notice, Table
from console.plan.comparison.contract import CONTRACT
from console.plan.comparison.general import (
    ORGANISATION,
    RETENTION,
    compare_country,
    compare_languages,
    compare_organisation,
    compare_retention,
    compare_staff_line,
    compare_timezone,
    compare_voices,
)
from console.plan.comparison.hours import HOURS, compare_hours
from console.plan.comparison.menus import CHOICE, MENU, compare_menus
from console.plan.comparison.messages import ANNOUNCEMENT, compare_announcements
from console.plan.comparison.numbers import NUMBER, compare_numbers
from console.plan.comparison.overflow import CENTRE, OVERFLOW, RULE, compare_overflow
from console.plan.comparison.queue import (
    PAUSE_REASON,
    STAFF,
    STEP,
    WAITING,
    compare_key_wait,
    compare_staff,
    compare_waiting,
)
from console.plan.comparison.requests import OUTCOME, REQUESTS, TOPIC, compare_requests
from console.plan.comparison.satisfaction import QUESTION, SATISFACTION, compare_satisfaction
from routing.callbacks.limits import CallbackLimits
from routing.callbacks.rules import CallbackRules, CallbackSite
from routing.centres.contract import CentreContract
from routing.hours.opening_hours import OpeningHours
from routing.hours.reopening import is_reopening_prompt
from routing.organisation import Organisation
from routing.pause_reasons import PauseReason
from routing.plan.model import (
    Announcement,
    EscalationStep,
    Menu,
    MenuChoice,
    OverflowCentre,
    OverflowPlan,
    OverflowRule,
    Plan,
    PublicNumber,
    QueueAnnouncements,
    StaffQueue,
)
from routing.request_rules import RequestOutcome, RequestRules, Topic
from routing.retention import RetentionRules
from routing.satisfaction import SatisfactionQuestion, SatisfactionRules
from routing.sentences import list_sentences
from translations.web import gettext

PLAN: Mapping[str, Callable[[Comparison], Iterator[ChangedPart]]] = {
    "numbers": compare_numbers,
    "menus": compare_menus,
    "hours": compare_hours,
    "announcements": compare_announcements,
    "while_choosing": compare_key_wait,
    "waiting": compare_waiting,
    "staff": compare_staff,
    "overflow": compare_overflow,
    "callbacks": compare_callbacks,
    "languages": compare_languages,
    "voices": compare_voices,
    "organisation": compare_organisation,
    "staff_line": compare_staff_line,
    "requests": compare_requests,
    "satisfaction": compare_satisfaction,
    "retention": compare_retention,
    "timezone": compare_timezone,
    "country": compare_country,
}
"""The describer of each field of Plan."""

TABLES: Mapping[type, Table] = {
    PublicNumber: NUMBER,
    Menu: MENU,
    MenuChoice: CHOICE,
    OpeningHours: HOURS,
    Announcement: ANNOUNCEMENT,
    StaffQueue: STAFF,
    PauseReason: PAUSE_REASON,
    EscalationStep: STEP,
    QueueAnnouncements: WAITING,
    OverflowPlan: OVERFLOW,
    OverflowRule: RULE,
    CentreContract: CONTRACT,
    OverflowCentre: CENTRE,
    CallbackRules: CALLBACKS,
    CallbackLimits: LIMITS,
    CallbackSite: SITE,
    Organisation: ORGANISATION,
    RequestRules: REQUESTS,
    Topic: TOPIC,
    RequestOutcome: OUTCOME,
    SatisfactionRules: SATISFACTION,
    SatisfactionQuestion: QUESTION,
    RetentionRules: RETENTION,
}
"""The describers of the plan's dataclasses; a test asks for each field of each dataclass."""


@dataclass(frozen=True, slots=True)
class ChangedSentence:
    """A sentence that will be spoken and was not before: its prompt key, and the new text by language."""

    key: str
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PlanChanges:
    """What changes from one plan to another: in sentences, and the sentences that will be spoken anew."""

    parts: tuple[ChangedPart, ...]
    spoken: tuple[ChangedSentence, ...]

    @property
    def is_noticed(self) -> bool:
        """Whether callers on the telephone notice anything."""
        return any(part.is_noticed for part in self.parts)

    @property
    def spoken_first(self) -> tuple[ChangedSentence, ...]:
        """The sentences that somebody wrote."""
        return tuple(sentence for sentence in self.spoken if not is_reopening_prompt(sentence.key))

    @property
    def spoken_then(self) -> tuple[ChangedSentence, ...]:
        """The sentences about the next opening: there are several for each time at which we open."""
        return tuple(sentence for sentence in self.spoken if is_reopening_prompt(sentence.key))


def compare_plans(old: Plan, new: Plan, today: date) -> PlanChanges:
    """What changes from `old` to `new`, seen on the local day `today`, in the language of the request."""
    comparison = Comparison(old, new, today)
    parts = [part for name in _changed_fields(old, new) for part in _compare(name, comparison)]
    return PlanChanges(tuple(parts), tuple(_list_spoken(old, new)))


def _changed_fields(old: Plan, new: Plan) -> Iterator[str]:
    """The fields that differ: those of PLAN in its order, then any other."""
    changed = [field.name for field in fields(Plan) if getattr(old, field.name) != getattr(new, field.name)]
    yield from (name for name in PLAN if name in changed)
    yield from (name for name in changed if name not in PLAN)


def _compare(name: str, comparison: Comparison) -> Iterator[ChangedPart]:
    found = tuple(PLAN[name](comparison)) if name in PLAN else ()
    # A difference without a sentence is still a difference: the review never says that nothing changes.
    yield from found or (ChangedPart(gettext("Other settings"), (Notice(_unknown()),)),)


def _unknown() -> str:
    return gettext("A setting changes that has no sentence here; look at the text of the plan.")


def _list_spoken(old: Plan, new: Plan) -> Iterator[ChangedSentence]:
    before = {sentence.key: sentence.texts for sentence in list_sentences(old)}
    for sentence in list_sentences(new):
        known = before.get(sentence.key, {})
        texts = {language: text for language, text in sentence.texts.items() if known.get(language) != text}
        if texts:
            yield ChangedSentence(sentence.key, texts)
