"""The plan: how calls are treated. An immutable value, which `plan_text.parse` makes from a text."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from routing.destinations import Destination
from routing.hours import Hours
from routing.messages import WhenNone

LANGUAGES = ("fr", "en")
KEYS = "0123456789*#"

Texts = Mapping[str, str]  # by language


@dataclass(frozen=True, slots=True)
class Choice:
    """One key of a menu and its one action: go `to` a destination, `play` a slot, or `repeat` the menu.

    `texts` is the spoken result of the key by language, or None: such a key is silent but works.
    """

    key: str
    to: Destination | None = None
    play: str | None = None
    repeat: bool = False
    texts: Texts | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu: its choices in spoken order, and its three bad ends.

    `first_key_s` is the time for the first key in seconds; `tries` how often the caller is asked in all. `wrong` and
    `silence` hold, by language, one wording for each new try; after the last one the caller goes to `lost`.
    """

    name: str
    choices: tuple[Choice, ...]
    wrong: Mapping[str, tuple[str, ...]]
    silence: Mapping[str, tuple[str, ...]]
    lost: Destination
    first_key_s: int = 6
    tries: int = 3


@dataclass(frozen=True, slots=True)
class Number:
    """A public number (E.164) and the landing numbers (E.164) under which the trunk presents its calls."""

    public: str
    landing: tuple[str, ...]
    language: str
    greeting: Texts
    menu: str
    hours: str


@dataclass(frozen=True, slots=True)
class Slot:
    """What a message key plays: the longest message accepted, in seconds, and what is heard when none is valid."""

    name: str
    when_none: WhenNone = WhenNone.LAST
    max_seconds: int = 90


@dataclass(frozen=True, slots=True)
class Staff:
    """The staff queue, in Asterisk's terms; seconds. `max_wait_s` is the longest wait before voicemail is offered."""

    strategy: str
    ring_s: int
    max_wait_s: int
    wrapup_s: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything above by name. `country` (ISO 3166) is the one whose national numbers the trunk presents."""

    timezone: ZoneInfo
    country: str
    numbers: tuple[Number, ...]
    menus: Mapping[str, Menu]
    hours: Mapping[str, Hours]
    slots: Mapping[str, Slot]
    staff: Staff

    def number_landing_at(self, landing: str) -> Number | None:
        """The number whose calls arrive at this landing number (E.164), or None."""
        return next((number for number in self.numbers if landing in number.landing), None)
