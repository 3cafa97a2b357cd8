"""The report about a calendar file in sentences: what its events become, what was left out, what is asked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from console.plan.hours_descriptions import format_day, format_spans, format_time
from routing.hours.ical import Doubtful, IcalImport, LeftOutEvent
from routing.plan.calendar_import import CalendarImport, ImportedDay
from translations.message import Message, translatable
from translations.web import gettext
from web.language import translate

CHOICES: Mapping[str, Message] = {
    Doubtful.CLOSED: translatable("We are closed then"),
    Doubtful.OPEN: translatable("We are open then"),
    Doubtful.ASK: translatable("Leave it out"),
}
"""The answers to a question about an event."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What becomes of each event: counts, sentences about days, questions by the place of their event, the others."""

    events_read: int
    events_imported: int
    days: tuple[str, ...]
    asked: tuple[tuple[int, str], ...]
    left_out: tuple[str, ...]
    unknown_zones: tuple[str, ...]


def describe_import(found: CalendarImport, asked: IcalImport) -> ImportReport:
    """The report; `asked` is the same file before anything was decided, so that an answer can be changed."""
    questions = {event.place: event for event in asked.left_out if event.is_question}
    return ImportReport(
        found.found.events_read,
        found.found.events_imported,
        tuple(_describe_days(found.days)),
        tuple((place, _describe_event(event)) for place, event in questions.items()),
        tuple(_describe_event(event) for event in found.found.left_out if event.place not in questions),
        found.found.unknown_zones,
    )


def _describe_event(event: LeftOutEvent) -> str:
    """A sentence about an event that is not imported: "« Pont », mercredi 24 décembre 2031, est annulé."."""
    title = event.title or gettext("An event without a title")
    values = {
        name: format_day(value) if isinstance(value, date) else value for name, value in event.reason.values.items()
    }
    reason = translate(replace(event.reason, values=values))
    return gettext("“%(title)s”, %(when)s, %(reason)s.", title=title, when=_when(event), reason=reason)


def _when(event: LeftOutEvent) -> str:
    try:
        begins = datetime.fromisoformat(event.begins)
    except ValueError:
        return gettext("without a date")
    day = format_day(begins.date())
    if ":" not in event.begins or "begins" in event.reason.values:
        return day
    return gettext("%(day)s at %(time)s", day=day, time=format_time(begins.hour * 60 + begins.minute))


def _describe_days(days: Iterable[ImportedDay]) -> Iterator[str]:
    """A sentence for each run of days with the same hours and titles."""
    run: list[ImportedDay] = []
    for day in days:
        if run and not _continues(run[-1], day):
            yield _describe_run(run)
            run = []
        run.append(day)
    if run:
        yield _describe_run(run)


def _continues(before: ImportedDay, day: ImportedDay) -> bool:
    one, other = before.exception, day.exception
    alike = (one.spans, one.summary, before.kept) == (other.spans, other.summary, day.kept)
    return alike and other.day == one.day + timedelta(days=1)


def _describe_run(run: list[ImportedDay]) -> str:
    first, last = run[0].exception, run[-1].exception
    when = format_day(first.day)
    if len(run) > 1:
        when = gettext("from %(first)s to %(last)s", first=when, last=format_day(last.day))
    hours, title = format_spans(first.spans), first.summary or gettext("an event without a title")
    sentence = gettext("%(when)s: %(hours)s (%(title)s).", when=when[0].upper() + when[1:], hours=hours, title=title)
    kept = run[0].kept
    if kept is None:
        return sentence
    return gettext("%(sentence)s Your own hours stay: %(hours)s.", sentence=sentence, hours=format_spans(kept))
