"""What changes in the opening hours: the week, public holidays, and special days as callers will notice them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

from console.plan.comparison.change import (
    ChangedPart,
    Comparison,
    FieldChange,
    Inside,
    Notice,
    Table,
    after_colon,
    describe_fields,
    describe_text,
    list_words,
    match_items,
    part_of,
    says_renamed,
)
from console.plan.hours_descriptions import ALL_DAY, describe_week, format_day, format_spans, format_time
from console.plan.labels import HOLIDAY_ZONES
from routing.hours.opening_hours import OpeningHours, Span, SpecialDay
from routing.hours.public_holidays import HolidayZone
from routing.plan.part_kinds import PartKind
from translations.dates import weekday_name
from translations.message import translatable
from translations.web import gettext
from web.language import current_language, translate

Spans = tuple[Span, ...]
_HEARD = translatable("Callers who find us closed will hear: “%(text)s”")


def compare_hours(comparison: Comparison) -> Iterator[ChangedPart]:
    """What changes in each calendar. Callers notice nothing of one that no number follows."""
    found = match_items(comparison.old.hours, comparison.new.hours, lambda name: name)
    for name in found.added:
        hours = comparison.new.hours[name]
        sentences = (gettext("New opening hours."), *describe_week(hours), *_describe_new_days(hours, comparison))
        yield from part_of(
            _title(comparison, name), [Notice(sentence, _is_used(comparison, name)) for sentence in sentences]
        )
    for name in found.removed:
        yield ChangedPart(_title(comparison, name), (Notice(gettext("These hours are removed."), noticed=False),))
    for name, _ in found.kept:
        found_here = describe_fields(HOURS, comparison.old.hours[name], comparison.new.hours[name], comparison)
        is_used = _is_used(comparison, name)
        notices = [replace(notice, noticed=notice.noticed and is_used) for notice in found_here]
        yield from part_of(_title(comparison, name), notices)


def _is_used(comparison: Comparison, name: str) -> bool:
    return any(number.hours == name for number in comparison.new.numbers)


def _title(comparison: Comparison, name: str) -> str:
    title = comparison.title(PartKind.CALENDAR, name)
    numbers = [comparison.number(each.e164) for each in comparison.new.numbers if each.hours == name]
    if not numbers:
        return gettext("Hours “%(name)s”, which no number follows", name=title)
    return gettext("Hours “%(name)s” (%(numbers)s)", name=title, numbers=list_words(numbers))


def _describe_week_changes(change: FieldChange) -> Iterator[str]:
    """One sentence for each run of days that change alike."""
    changed = [day for day in range(7) if change.old[day] != change.new[day]]
    for _, group in groupby(changed, key=lambda day: (change.old[day], change.new[day], day - changed.index(day))):
        days = [*group]
        yield describe_new_spans(_name_days(days), change.old[days[0]], change.new[days[0]])


def _name_days(days: list[int]) -> str:
    names = [weekday_name(day, current_language()) for day in days]
    if len(days) == 7:
        return gettext("Every day")
    if len(days) > 2:
        return gettext("From %(first)s to %(last)s", first=names[0], last=names[-1])
    if len(days) == 2:
        return gettext("On %(first)s and %(last)s", first=names[0], last=names[1])
    return gettext("On %(first)s", first=names[0])


def describe_new_spans(when: str, old: Spans, new: Spans) -> str:
    """The sentence about days (`when`) whose spans change: "Le lundi, nous ouvrirons à 9 h au lieu de 8 h 30."."""
    if not new:
        return gettext("%(when)s, we will be closed (until now: %(old)s).", when=when, old=format_spans(old))
    if not old:
        return gettext("%(when)s, we will be open %(new)s instead of being closed.", when=when, new=format_spans(new))
    if ALL_DAY not in (old, new) and len(old) == len(new):
        pairs = [*zip(_edges(old), _edges(new), strict=True)]
        moved = [place for place, (before, after) in enumerate(pairs) if before != after]
        if len(moved) == 1:
            return _describe_edge(when, moved[0], pairs)
    return gettext(
        "%(when)s, we will be open %(new)s (until now: %(old)s).",
        when=when,
        new=format_spans(new),
        old=format_spans(old),
    )


def _edges(spans: Spans) -> list[int]:
    return [edge for span in spans for edge in (span.opens, span.closes)]


def _describe_edge(when: str, place: int, pairs: list[tuple[int, int]]) -> str:
    """The sentence for one time that changes; the others, before and after it, begin and end breaks."""
    old, new = (format_time(minute) for minute in pairs[place])
    is_break = 0 < place < len(pairs) - 1
    if place % 2 == 0:
        if is_break:
            return gettext("%(when)s, we will open again at %(new)s instead of %(old)s.", when=when, new=new, old=old)
        return gettext("%(when)s, we will open at %(new)s instead of %(old)s.", when=when, new=new, old=old)
    if is_break:
        return gettext("%(when)s, the break will begin at %(new)s instead of %(old)s.", when=when, new=new, old=old)
    return gettext("%(when)s, we will close at %(new)s instead of %(old)s.", when=when, new=new, old=old)


def _describe_holidays(change: FieldChange) -> Iterator[str]:
    zone = translate(HOLIDAY_ZONES[change.new])
    if change.new is HolidayZone.NONE:
        yield gettext("Public holidays will be days like any other; until now we were closed.")
    elif change.old is HolidayZone.NONE:
        yield gettext("We will be closed on public holidays (%(zone)s).", zone=zone)
    else:
        yield gettext(
            "We will be closed on the public holidays of: %(zone)s, no longer on those of: %(old)s.",
            zone=zone,
            old=translate(HOLIDAY_ZONES[change.old]),
        )


def _describe_special_days(change: FieldChange) -> Iterator[str]:
    """What differs from before on each day, whatever it is written as; days that are past are counted."""
    changed = sorted(day for day in {*change.old, *change.new} if change.old.get(day) != change.new.get(day))
    past = [day for day in changed if day < change.comparison.today]
    for run in _runs([day for day in changed if day >= change.comparison.today], change):
        yield from _describe_run(run, change)
    if past:
        yield gettext("Special days that are past are changed or removed: nobody notices.")


def _runs(days: list[date], change: FieldChange) -> Iterator[list[date]]:
    """Each run of days that are written alike, before and after."""
    run: list[date] = []
    for day in days:
        if run and (day != run[-1] + timedelta(days=1) or _written(change, day) != _written(change, run[-1])):
            yield run
            run = []
        run.append(day)
    if run:
        yield run


def _written(change: FieldChange, day: date) -> tuple[SpecialDay | None, SpecialDay | None]:
    return change.old.get(day), change.new.get(day)


def _describe_run(run: list[date], change: FieldChange) -> Iterator[str]:
    when, (before, special) = _name_dates(run[0], run[-1]), _written(change, run[0])
    old, new = ({hours.spans(day) for day in run} for hours in (change.before, change.after))
    hours = format_spans(min(new))
    if len(old) == len(new) == 1:
        if old != new:
            yield describe_new_spans(when, min(old), min(new))
        elif special is None:
            yield gettext("%(when)s: no longer a special day, %(hours)s as before.", when=when, hours=hours)
        elif before is None:
            yield gettext("%(when)s: a special day, %(hours)s as before.", when=when, hours=hours)
    elif special is None:
        yield gettext("%(when)s: special days no longer; the hours of the week apply.", when=when)
    elif special.spans:
        yield gettext("%(when)s, we will be open %(new)s.", when=when, new=hours)
    else:
        yield gettext("%(when)s, we will be closed.", when=when)
    yield from _describe_words(when, before, special)


def _describe_words(when: str, before: SpecialDay | None, special: SpecialDay | None) -> Iterator[str]:
    old, new = (day.texts if day else None for day in (before, special))
    for language, text in (new or {}).items():
        if text != (old or {}).get(language):
            sentence = describe_text(_HEARD, language, text, (old or {}).get(language, ""))
            yield gettext("%(when)s: %(sentence)s", when=when, sentence=after_colon(sentence))
    if old and not new:
        yield gettext("%(when)s: callers who find us closed will hear the ordinary sentence.", when=when)


def _name_dates(first: date, last: date) -> str:
    if first == last:
        return gettext("On %(day)s", day=format_day(first))
    return gettext("From %(first)s to %(last)s", first=format_day(first), last=format_day(last))


def _describe_new_days(hours: OpeningHours, comparison: Comparison) -> Iterator[str]:
    """What is to be said about a new calendar beside its week."""
    plain = replace(hours, exceptions={}, holiday_zone=HolidayZone.NONE)
    change = FieldChange("exceptions", plain, hours, comparison)
    if hours.holiday_zone is not HolidayZone.NONE:
        yield from _describe_holidays(FieldChange("holiday_zone", plain, hours, comparison))
    yield from _describe_special_days(change)


HOURS: Table = {
    "week": _describe_week_changes,
    "holiday_zone": _describe_holidays,
    "exceptions": _describe_special_days,
    "title": Inside(says_renamed),
}
"""The describers of OpeningHours."""
