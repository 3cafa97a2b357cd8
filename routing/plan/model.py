"""The plan: how calls are handled. An immutable value, which parsing.parse_plan builds from a text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from routing.approval import Approval
from routing.callbacks.rules import CallbackRules
from routing.callbacks.terms import CallbackTerms
from routing.centres.contract import CentreContract
from routing.destinations import Destination
from routing.due_times import due_time
from routing.hours.calendar import Calendar
from routing.hours.opening_hours import OpeningHours
from routing.key_wait import WhileChoosing
from routing.languages import LANGUAGES, LocalizedText
from routing.messages import NoMessagePolicy
from routing.organisation import Organisation
from routing.pause_reasons import PauseReason
from routing.request_rules import RequestRules
from routing.retention import RetentionRules
from routing.satisfaction import SatisfactionRules
from routing.voice_engines import VoiceEngine
from translations.message import OwnText

DTMF_KEYS = "0123456789*#"
BACK_KEY = "*"  # leads back from a submenu that has no other key for it
RANKS = (1, 2, 3)  # of agents: 1 is rung first
OTHER_LANGUAGES_LEVEL = 4  # the level after the ranks: agents of any rank who do not speak the caller's language


@dataclass(frozen=True, slots=True)
class MenuChoice:
    """One key of a menu and its one action: a destination, an announcement, a submenu, the way back, the menu again.

    `menu` is the name of the submenu; `back` leads to the menu from which the caller came.
    `texts` is what the key does, in each language; a key without texts works, and is not spoken.
    """

    key: str
    destination: Destination | None = None
    announcement: str | None = None
    repeat: bool = False
    texts: LocalizedText | None = None
    menu: str | None = None
    back: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu: its choices in spoken order, and what follows a wrong key, no input, and the last failure.

    `first_key_s` is the time for the first key; `tries` is how often the caller is asked in all. The reprompts are one
    wording per new try, by language; after the last try the caller goes to `fallback`.
    """

    name: str
    choices: tuple[MenuChoice, ...]
    wrong_key_reprompts: Mapping[str, tuple[str, ...]]
    no_input_reprompts: Mapping[str, tuple[str, ...]]
    fallback: Destination
    first_key_s: int = 6
    tries: int = 3
    title: LocalizedText = field(default_factory=dict)


class PriceNoticeSource(StrEnum):
    """Who announces the price of a call to a surcharged number, free of charge, before the call is charged."""

    OPERATOR = "operator"
    APPLICATION = "application"


@dataclass(frozen=True, slots=True)
class PublicNumber:
    """A public number (E.164), and the landing numbers (E.164) at which the trunk presents its calls.

    `price_text` is set exactly when the application announces the price, before it answers.
    """

    e164: str
    landing_numbers: tuple[str, ...]
    language: str
    greeting: LocalizedText
    menu: str
    hours: str
    surcharged: bool = False
    price_notice_source: PriceNoticeSource = PriceNoticeSource.OPERATOR
    price_text: LocalizedText | None = None


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a key plays: messages that staff publish, of at most `max_seconds`.

    After `renew_by`, in the plan's time zone, staff are reminded when the message is of an earlier day.
    """

    name: str
    when_none_valid: NoMessagePolicy = NoMessagePolicy.KEEP_LAST
    max_seconds: int = 90
    approval: Approval = Approval.NONE
    renew_by: time | None = None
    title: LocalizedText = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """Agents of a level (a rank, or OTHER_LANGUAGES_LEVEL) may be rung once a caller has waited for `after_s`."""

    level: int
    after_s: int


@dataclass(frozen=True, slots=True)
class StaffQueue:
    """The staff queue, in Asterisk's terms. `max_wait_s` is the longest wait before another way out is offered.

    `escalation` is in the order of levels; without steps all agents may be rung at once, lower levels first. An agent
    who does not answer `max_missed_calls` calls in a row is paused; 0: never. Without `pause_reasons` pauses have none.
    An agent may lengthen the wrap-up of a call by `more_wrapup_s`, a few times; 0: they may not.
    The service level counts the callers who are answered within `answer_within_s`.
    An agent whose browser is their telephone is away `browser_away_s` after it was closed.
    `outcome_required`: a wrap-up that ends without an outcome of the call leaves a request with the agent.
    """

    strategy: str
    ring_s: int
    max_wait_s: int
    wrapup_s: int
    escalation: tuple[EscalationStep, ...] = ()
    max_missed_calls: int = 0
    pause_reasons: tuple[PauseReason, ...] = ()
    more_wrapup_s: int = 0
    answer_within_s: int = 20
    outcome_required: bool = False
    browser_away_s: int = 60

    @property
    def pause_titles(self) -> Mapping[str, OwnText]:
        """The reasons to choose from when one pauses, by name."""
        return {each.name: OwnText(each.title) for each in self.pause_reasons}


@dataclass(frozen=True, slots=True)
class QueueAnnouncements:
    """How often a waiting caller hears the offer of a callback, and their place in the queue."""

    offer_every_s: int = 30
    announce_every_s: int = 30


class OverflowTrigger(StrEnum):
    """The condition of an overflow rule."""

    NOBODY_LOGGED_IN = "nobody-logged-in"
    NOBODY_READY = "nobody-ready"
    CLOSED = "closed"
    CALLERS_WAITING = "waiting-above"
    LONGEST_WAIT = "longest-wait-above-s"
    ESTIMATED_WAIT = "estimated-wait-above-s"
    SHARE_OF_CALLS = "share-percent"


@dataclass(frozen=True, slots=True)
class OverflowRule:
    """One reason for overflow. `threshold` is in calls, seconds or per cent; None for a trigger without one."""

    trigger: OverflowTrigger
    threshold: int | None = None


@dataclass(frozen=True, slots=True)
class OverflowCentre:
    """An overflow centre: its number (E.164), the SIP trunk that leads to it, or that number over that trunk.

    It rings for `ring_s` seconds and sees `caller_id`, a number of the plan (E.164, neither surcharged nor mobile).
    """

    name: str
    number: str | None
    trunk: str | None
    caller_id: str
    ring_s: int = 20
    title: LocalizedText = field(default_factory=dict)
    contract: CentreContract = field(default_factory=CentreContract)


@dataclass(frozen=True, slots=True)
class OverflowPlan:
    """When calls are handed over (the first rule that matches), and where to (the first centre that answers)."""

    rules: tuple[OverflowRule, ...] = ()
    centres: tuple[OverflowCentre, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole plan. `country` (ISO 3166) is the one whose national numbers the trunk presents.

    `languages` are those in which callers are served, the first one by default.
    `staff_line` is the landing number (E.164) at which staff record messages, or None.
    `organisation` is what visitors of its websites read about it.
    `voices` are the engines that speak what nobody has recorded, by language; a language without one has that of the
    machine's settings.
    """

    timezone: ZoneInfo
    country: str
    numbers: tuple[PublicNumber, ...]
    menus: Mapping[str, Menu]
    hours: Mapping[str, OpeningHours]
    announcements: Mapping[str, Announcement]
    staff: StaffQueue
    waiting: QueueAnnouncements = QueueAnnouncements()
    while_choosing: WhileChoosing = WhileChoosing.SOUND
    overflow: OverflowPlan = OverflowPlan()
    callbacks: CallbackRules = field(default_factory=CallbackRules)
    staff_line: str | None = None
    organisation: Organisation = field(default_factory=Organisation)
    retention: RetentionRules = field(default_factory=RetentionRules)
    requests: RequestRules = field(default_factory=RequestRules)
    satisfaction: SatisfactionRules = field(default_factory=SatisfactionRules)
    languages: tuple[str, ...] = LANGUAGES
    voices: Mapping[str, VoiceEngine] = field(default_factory=dict)

    @property
    def own_numbers(self) -> frozenset[str]:
        """The plan's numbers and those of its overflow centres, E.164: they are never called back."""
        ours = {e164 for number in self.numbers for e164 in (number.e164, *number.landing_numbers)}
        centres = {centre.number for centre in self.overflow.centres if centre.number}
        return frozenset(ours | centres | ({self.staff_line} if self.staff_line else set()))

    @property
    def calendars(self) -> Mapping[str, Calendar]:
        """The opening hours by name, each in the plan's time zone."""
        return {name: Calendar(hours, self.timezone) for name, hours in self.hours.items()}

    def get_calendar(self, number: PublicNumber) -> Calendar:
        """The calendar of one of the plan's numbers."""
        return Calendar(self.hours[number.hours], self.timezone)

    def get_callback_terms(self, public_number: str) -> CallbackTerms:
        """The terms of callbacks by this number (E.164). A number that the plan has dropped has the first one's."""
        number = next((number for number in self.numbers if number.e164 == public_number), self.numbers[0])
        return CallbackTerms(self.callbacks, self.get_calendar(number), public_number=public_number)

    def due_time(self, public_number: str | None, topic: str | None, since: datetime) -> datetime:
        """When a request of this topic is due that came in `since` by this number (E.164); else by the first one."""
        number = next((number for number in self.numbers if number.e164 == public_number), self.numbers[0])
        return due_time(self.get_calendar(number), since, self.requests.due_hours(topic))

    def escalation_time(self, public_number: str | None, topic: str | None, due_at: datetime) -> datetime | None:
        """When a request that was due at `due_at` has been overdue for as long as its rule allows; None: no rule."""
        rule = self.requests.find_escalation(topic)
        if rule is None or not rule.after_h:
            return due_at if rule else None
        number = next((number for number in self.numbers if number.e164 == public_number), self.numbers[0])
        return due_time(self.get_calendar(number), due_at, rule.after_h)

    def find_number_by_landing(self, landing: str) -> PublicNumber | None:
        """The number whose calls arrive at this landing number (E.164), or None."""
        return next((number for number in self.numbers if landing in number.landing_numbers), None)
