"""Manual overrides: what staff switch by hand, for all numbers or for one, until an end or until they switch it back.

An override decides before the plan does. Its end is an instant: it holds by the clock, whichever process reads it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from routing.languages import LocalizedText

ALL_NUMBERS = ""
MAX_WORDS = 600
"""Characters of a text that callers hear before they can do anything: about 45 seconds."""
MAX_NOTE = 200


class OverrideName(StrEnum):
    """What can be switched. The values are stored."""

    OPEN = "open"
    """Callers find it open, whatever the opening hours are."""
    CLOSED = "closed"
    """Callers hear that it is closed, whatever the opening hours are."""
    OVERFLOW = "overflow"
    """Calls for staff go to the overflow centre."""
    CALLBACKS = "callbacks"
    """No visitor is called back: callbacks are accepted and wait."""


@dataclass(frozen=True, slots=True)
class Override:
    """Something that is switched on.

    `number`: our public number that it concerns (E.164), "" for all of them. `ends_at` None: until somebody ends it.
    `note`: why, for colleagues. `words`: the prompt key of what callers hear, "" for the usual sentence. `sentences`:
    the texts of the prompts that were prepared for it, by prompt key; the words are among them.
    """

    name: OverrideName
    number: str = ALL_NUMBERS
    since: datetime | None = None
    ends_at: datetime | None = None
    by: str = ""
    note: str = ""
    words: str = ""
    sentences: Mapping[str, LocalizedText] = field(default_factory=dict)

    def is_in_force(self, at: datetime) -> bool:
        """False from its end on."""
        return self.ends_at is None or at < self.ends_at

    def concerns(self, number: str) -> bool:
        """Whether it holds for this public number (E.164)."""
        return self.number in (ALL_NUMBERS, number)

    def words_in(self, language: str) -> str:
        """The prompt key of its words, when it has them in this language; else ""."""
        return self.words if language in self.sentences.get(self.words, {}) else ""


@dataclass(frozen=True, slots=True)
class ManualOverrides:
    """The overrides in force for one number at one instant; of `opened` and `closed` one at most is set."""

    opened: Override | None = None
    closed: Override | None = None
    overflow: Override | None = None
    callbacks: Override | None = None

    @property
    def in_force(self) -> tuple[Override, ...]:
        """Those that are set."""
        return tuple(filter(None, (self.opened, self.closed, self.overflow, self.callbacks)))


NO_OVERRIDES = ManualOverrides()


def find_overrides(overrides: Iterable[Override], number: str, at: datetime) -> ManualOverrides:
    """Those in force for this public number (E.164).

    One for this number alone decides before one for all numbers, so that a number can stay open while the others are
    closed; of two alike the later one decides.
    """
    found: dict[OverrideName, Override] = {}
    for each in sorted(overrides, key=_weight):
        if each.concerns(number) and each.is_in_force(at):
            found[each.name] = each
    opened, closed = found.get(OverrideName.OPEN), found.get(OverrideName.CLOSED)
    if opened and closed:
        opened, closed = (opened, None) if _weight(opened) > _weight(closed) else (None, closed)
    return ManualOverrides(opened, closed, found.get(OverrideName.OVERFLOW), found.get(OverrideName.CALLBACKS))


def words_prompt_key(texts: LocalizedText) -> str:
    """The prompt key of these words; other words have another key, so that nobody hears the old ones."""
    return f"override-{hashlib.sha256(json.dumps(dict(texts), sort_keys=True).encode()).hexdigest()[:16]}"


def round_end(at: datetime) -> datetime:
    """The end as clocks show it: a full minute, not before `at`."""
    return (at + timedelta(seconds=59, microseconds=999_999)).replace(second=0, microsecond=0)


def _weight(override: Override) -> tuple[bool, float]:
    return override.number != ALL_NUMBERS, override.since.timestamp() if override.since else 0.0
