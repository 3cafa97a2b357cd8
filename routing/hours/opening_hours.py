"""Opening hours in local time: "09:00-12:30" means the same on every day of the year, also when clocks change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from routing.hours.public_holidays import HolidayZone, is_holiday

DAY_END = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Open from `opens` (included) to `closes` (excluded), in minutes of the local day; 1440 is its end."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that differs from its week: its spans, and a prompt for callers while it is closed.

    `prompt_key` names the prompt and `texts` holds it by language; both are None when the ordinary sentence is played.
    """

    spans: tuple[Span, ...] = ()
    prompt_key: str | None = None
    texts: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The spans of the seven days from Monday. Public holidays of the zone are closed; `exceptions` override both."""

    week: tuple[tuple[Span, ...], ...]
    holiday_zone: HolidayZone = HolidayZone.NONE
    exceptions: Mapping[date, SpecialDay] = field(default_factory=dict)
    title: Mapping[str, str] = field(default_factory=dict)

    def spans(self, day: date) -> tuple[Span, ...]:
        """The spans of one local day."""
        if day in self.exceptions:
            return self.exceptions[day].spans
        return () if is_holiday(day, self.holiday_zone) else self.week[day.weekday()]


ALWAYS_OPEN = OpeningHours(week=((Span(0, DAY_END),),) * 7)
"""Open at all times."""
