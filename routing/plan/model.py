"""The plan: how calls are treated. An immutable value, which `plan_text.parse` makes from a text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from zoneinfo import ZoneInfo

from routing.approval import Approval
from routing.callbacks.rules import CallbackRules
from routing.callbacks.terms import CallbackTerms
from routing.destinations import Destination
from routing.hours.calendar import Calendar
from routing.hours.opening_hours import OpeningHours
from routing.languages import LocalizedText
from routing.messages import NoMessagePolicy

DTMF_KEYS = "0123456789*#"
RANKS = (1, 2, 3)  # levels of the team: 1 is rung first
OTHER_LANGUAGES_LEVEL = 4  # the level behind them: whoever does not speak the caller's language, of any rank


@dataclass(frozen=True, slots=True)
class MenuChoice:
    """One key of a menu and its one action: go `to` a destination, `play` a slot, or `repeat` the menu.

    `texts` is the spoken result of the key by language, or None: such a key is silent but works.
    """

    key: str
    destination: Destination | None = None
    announcement: str | None = None
    repeat: bool = False
    texts: LocalizedText | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu: its choices in spoken order, and its three bad ends.

    `first_key_s` is the time for the first key in seconds; `tries` how often the caller is asked in all. `wrong` and
    `silence` hold, by language, one wording for each new try; after the last one the caller goes to `lost`.
    """

    name: str
    choices: tuple[MenuChoice, ...]
    wrong_key_reprompts: Mapping[str, tuple[str, ...]]
    no_input_reprompts: Mapping[str, tuple[str, ...]]
    fallback: Destination
    first_key_s: int = 6
    tries: int = 3


class PriceNoticeSource(StrEnum):
    """Who tells the caller of a surcharged number what the call costs, free, before it is charged. Never both."""

    OPERATOR = "operator"
    APPLICATION = "application"


@dataclass(frozen=True, slots=True)
class PublicNumber:
    """A public number (E.164) and the landing numbers (E.164) under which the trunk presents its calls.

    `price_text` is there exactly when we give the price notice ourselves, before answering.
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
    """What a message key plays: the longest message accepted, in seconds, and what is heard when none is valid.

    From `renew_by` on, by the plan's clock, staff are reminded that yesterday's message is still on air.
    """

    name: str
    when_none_valid: NoMessagePolicy = NoMessagePolicy.KEEP_LAST
    max_seconds: int = 90
    approval: Approval = Approval.NONE
    renew_by: time | None = None


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """People of this level, a rank or OTHER_LANGUAGES, may be rung once a caller has waited `after_s` seconds."""

    level: int
    after_s: int


@dataclass(frozen=True, slots=True)
class StaffQueue:
    """The staff queue, in Asterisk's terms; seconds. `max_wait_s` is the longest wait before voicemail is offered.

    `relax` is in the order of levels; without any, everybody may be rung at once (lower levels still come first). Who
    lets `misses` calls in a row ring out is paused; 0: never.
    """

    strategy: str
    ring_s: int
    max_wait_s: int
    wrapup_s: int
    escalation: tuple[EscalationStep, ...] = ()
    max_missed_calls: int = 0


@dataclass(frozen=True, slots=True)
class QueueAnnouncements:
    """What a waiting caller hears, and how often (seconds): the offer of a callback, and his place in the queue."""

    offer_every_s: int = 30
    announce_every_s: int = 30


class OverflowTrigger(StrEnum):
    """What makes a call go to an overflow centre."""

    NOBODY_LOGGED_IN = "nobody-logged-in"
    NOBODY_READY = "nobody-ready"
    CLOSED = "closed"
    CALLERS_WAITING = "waiting-above"
    LONGEST_WAIT = "longest-wait-above-s"
    ESTIMATED_WAIT = "estimated-wait-above-s"
    SHARE_OF_CALLS = "share-percent"


@dataclass(frozen=True, slots=True)
class OverflowRule:
    """One reason for overflow. `value` is its limit in calls, seconds or per cent; None where `when` says it all."""

    trigger: OverflowTrigger
    threshold: int | None = None


@dataclass(frozen=True, slots=True)
class OverflowCentre:
    """An overflow centre: its number (E.164), the SIP trunk that leads to it, or both: that number over that trunk.

    It rings for `ring_s` seconds and sees `caller_id`, a number of ours (E.164, neither surcharged nor mobile).
    """

    name: str
    number: str | None
    trunk: str | None
    caller_id: str
    ring_s: int = 20


@dataclass(frozen=True, slots=True)
class OverflowPlan:
    """When calls leave the house (the first rule that holds), and where to (the first centre that answers)."""

    rules: tuple[OverflowRule, ...] = ()
    centres: tuple[OverflowCentre, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything above by name. `country` (ISO 3166) is the one whose national numbers the trunk presents.

    `staff_line` is the landing number (E.164) at which staff record messages, or None.
    `organisation` is who answers, by language, as visitors of its websites read it; without a name it is empty.
    """

    timezone: ZoneInfo
    country: str
    numbers: tuple[PublicNumber, ...]
    menus: Mapping[str, Menu]
    hours: Mapping[str, OpeningHours]
    announcements: Mapping[str, Announcement]
    staff: StaffQueue
    waiting: QueueAnnouncements = QueueAnnouncements()
    overflow: OverflowPlan = OverflowPlan()
    callbacks: CallbackRules = field(default_factory=CallbackRules)
    staff_line: str | None = None
    organisation: LocalizedText = field(default_factory=dict)

    @property
    def own_numbers(self) -> frozenset[str]:
        """Ours and the overflow centres', E.164: nobody can be rung back there."""
        ours = {line for number in self.numbers for line in (number.e164, *number.landing_numbers)}
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
        return CallbackTerms(self.callbacks, self.get_calendar(number))

    def find_number_by_landing(self, landing: str) -> PublicNumber | None:
        """The number whose calls arrive at this landing number (E.164), or None."""
        return next((number for number in self.numbers if landing in number.landing_numbers), None)
