"""The import of a calendar file into the opening hours of a plan: what becomes of each event, and the new text."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from routing.hours.calendar import SEARCH_DAYS
from routing.hours.ical import Answers, Doubtful, IcalError, IcalImport, ImportedException, read_ical
from routing.hours.opening_hours import OpeningHours, Span
from routing.plan.imported_exceptions import write_imported_exceptions
from routing.plan.parsing import parse_plan
from translations.message import translatable


@dataclass(frozen=True, slots=True)
class ImportedDay:
    """A day of the import. `kept` holds the spans that a person wrote for it, which stay; None when there are none."""

    exception: ImportedException
    kept: tuple[Span, ...] | None


@dataclass(frozen=True, slots=True)
class CalendarImport:
    """The plan's text with the imported days, what was found in the file, and each day."""

    text: str
    found: IcalImport
    days: tuple[ImportedDay, ...]


def import_calendar(
    text: str, calendar: str, content: bytes, today: date, answers: Doubtful | Answers
) -> CalendarImport:
    """Imports the days from `today` on into the hours `calendar` of the plan `text`.

    Days imported before are replaced; days that a person wrote stay. Raises IcalError for a file that cannot be read or
    has no events, PlanError and PlanEditError as write_imported_exceptions does.
    """
    plan = parse_plan(text)
    usual = replace(plan.hours[calendar], exceptions={}) if calendar in plan.hours else None
    found = read_ical(content, plan.timezone, (today, today + timedelta(days=SEARCH_DAYS)), answers, usual)
    if not found.events_read:
        raise IcalError(translatable("The calendar holds no events; nothing is changed."))
    new = write_imported_exceptions(text, calendar, found.exceptions)
    hours = parse_plan(new).hours[calendar]
    return CalendarImport(new, found, tuple(_imported_day(each, hours) for each in found.exceptions))


def _imported_day(exception: ImportedException, hours: OpeningHours) -> ImportedDay:
    in_force = hours.spans(exception.day)
    return ImportedDay(exception, None if in_force == exception.spans else in_force)
