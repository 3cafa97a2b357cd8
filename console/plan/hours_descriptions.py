"""Opening hours as sentences, in the language of the current request."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from routing.hours.notation import WEEKDAY_CODES
from routing.hours.opening_hours import DAY_END, OpeningHours, Span, SpecialDay
from translations.dates import long_date, time_of_day, weekday_name
from translations.web import gettext
from web.language import current_language

ALL_DAY = (Span(0, DAY_END),)


def format_spans(spans: tuple[Span, ...]) -> str:
    """Spans as text: "de 9 h à 12 h 30 et de 13 h 30 à 18 h", "fermé"."""
    if not spans:
        return gettext("closed")
    if spans == ALL_DAY:
        return gettext("at any time")
    first, *others = (
        gettext("from %(opens)s to %(closes)s", opens=format_time(span.opens), closes=format_time(span.closes))
        for span in spans
    )
    for other in others:
        first = gettext("%(first)s and %(second)s", first=first, second=other)
    return first


def describe_week(hours: OpeningHours) -> Iterator[str]:
    """A sentence for each run of days with the same hours."""
    for _, group in groupby(range(len(WEEKDAY_CODES)), key=lambda day: hours.week[day]):
        days = [*group]
        opening = format_spans(hours.week[days[0]])
        first, last = (weekday_name(day, current_language()) for day in (days[0], days[-1]))
        if len(days) == len(WEEKDAY_CODES):
            yield gettext("Every day: %(hours)s.", hours=opening)
        elif len(days) == 1:
            yield gettext("On %(first)s: %(hours)s.", first=first, hours=opening)
        elif len(days) == 2:
            yield gettext("On %(first)s and %(last)s: %(hours)s.", first=first, last=last, hours=opening)
        else:
            yield gettext("From %(first)s to %(last)s: %(hours)s.", first=first, last=last, hours=opening)


def describe_special_days(hours: OpeningHours, since: date) -> Iterator[tuple[str, Mapping[str, str] | None]]:
    """The special days from `since` on, each with the texts of its message, None without one.

    Consecutive days with the same hours and message are described together.
    """
    for first, last, special in _group_special_days(hours):
        if last >= since:
            yield _describe_special_day(first, last, special), special.texts


def format_day(day: date) -> str:
    """A date as text: "mardi 24 décembre 2030"."""
    return long_date(datetime.combine(day, time(12), UTC), UTC, current_language())


def format_time(minute: int) -> str:
    """A minute of the day: "9 h 30", "minuit"."""
    return gettext("midnight") if minute == DAY_END else time_of_day(minute, current_language())


def _describe_special_day(first: date, last: date, special: SpecialDay) -> str:
    opening = format_spans(special.spans)
    if first == last:
        return gettext("On %(day)s: %(hours)s.", day=format_day(first), hours=opening)
    return gettext(
        "From %(first)s to %(last)s: %(hours)s.", first=format_day(first), last=format_day(last), hours=opening
    )


def _group_special_days(hours: OpeningHours) -> Iterator[tuple[date, date, SpecialDay]]:
    """First day, last day and hours of each run of equal special days."""
    first = last = None
    for day in sorted(hours.exceptions):
        if first and last and day == last + timedelta(days=1) and hours.exceptions[day] == hours.exceptions[first]:
            last = day
            continue
        if first and last:
            yield first, last, hours.exceptions[first]
        first = last = day
    if first and last:
        yield first, last, hours.exceptions[first]
