"""Opening hours."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click

from records import overrides
from records.overrides import OverrideName
from records.plan import plan_versions
from routing.hours.calendar import SEARCH_DAYS
from routing.hours.ical import MAX_BYTES, Doubtful, IcalImport, ImportedException, read_ical
from routing.hours.notation import format_spans
from routing.hours.opening import get_opening_state
from routing.hours.opening_hours import OpeningHours
from routing.hours.public_holidays import is_holiday
from routing.plan import parsing
from routing.plan.imported_exceptions import write_imported_exceptions
from routing.plan.model import Plan
from routing.quoting import quote_word
from standardiste import plan_publication
from standardiste.commands.options import DRY_RUN, EXISTING_FILE, NOTE
from standardiste.commands.progress_bar import synthesis_progress
from standardiste.installation import NOT_PREPARED, Installation


@click.group
def hours() -> None:
    """Opening hours, and closing at once."""


@hours.command
@NOTE
@click.pass_obj
def close(installation: Installation, note: str) -> None:
    """Close from the next call on, whatever the opening hours."""
    overrides.set_override(
        installation.database, OverrideName.CLOSED, True, by=installation.os_user, note=note, at=datetime.now(UTC)
    )
    click.echo("We are closed until `standardiste hours open`.")


@hours.command("open")
@click.pass_obj
def open_(installation: Installation) -> None:
    """Return to the opening hours of the plan."""
    overrides.set_override(
        installation.database, OverrideName.CLOSED, False, by=installation.os_user, at=datetime.now(UTC)
    )
    click.echo("The opening hours of the plan apply again.")
    for line in _current_state_lines(installation):
        click.echo(line)


@hours.command
@click.option("--days", type=click.IntRange(1, 400), default=7, show_default=True)
@click.pass_obj
def show(installation: Installation, days: int) -> None:
    """Open or closed now, and the opening times of today and the next days."""
    for line in _current_state_lines(installation):
        click.echo(line)
    today = datetime.now(installation.plan.timezone).date()
    for name, opening_hours in installation.plan.hours.items():
        click.echo(f"\n{name}")
        for day in (today + timedelta(days=ahead) for ahead in range(days)):
            click.echo(f"  {day:%a %Y-%m-%d}  {_format_day(opening_hours, day)}")


@hours.command("import")
@click.argument("file", type=EXISTING_FILE)
@click.option("--hours", "calendar", default="", help="Which hours of the plan; needed when it has several.")
@click.option(
    "--doubtful",
    type=click.Choice([*Doubtful]),
    default=Doubtful.ASK,
    show_default=True,
    help="What events are that would open for about a day or may be closings; ask: list them, without importing them.",
)
@DRY_RUN
@click.pass_obj
def import_(installation: Installation, file: Path, calendar: str, doubtful: str, dry_run: bool) -> None:
    """Import exceptions from FILE (.ics): days with all-day events are closed, events with times are opening hours.

    Every event is imported or named with the reason why not. Days imported before are replaced; days that a person
    wrote into the plan stay.
    """
    row = plan_versions.get_current_version(installation.database)
    if row is None:
        raise click.ClickException(NOT_PREPARED)
    plan = parsing.parse_plan(row.text)
    name = calendar or _only_calendar(plan)
    found = _read_calendar(file, plan, Doubtful(doubtful))
    days = found.exceptions
    text = write_imported_exceptions(row.text, name, days)
    taken = parsing.parse_plan(text).hours[name]
    for line in _report_lines(found):
        click.echo(line)
    for exception in days:
        click.echo(f"{exception.day}  {_describe_import(exception, taken)}  {exception.summary}".rstrip())
    if dry_run:
        click.echo(f"{len(days)} days would be imported into {name}; nothing is changed.")
        return
    with synthesis_progress() as progress:
        version = plan_publication.publish_plan(installation, text, file.name, progress).version
    click.echo(f"{len(days)} days are imported into {name}. Version {version} of the plan is in force.")


def _read_calendar(file: Path, plan: Plan, doubtful: Doubtful) -> IcalImport:
    with file.open("rb") as opened:
        content = opened.read(MAX_BYTES + 1)
    found = read_ical(content, plan.timezone, _search_range(plan), doubtful)
    if not found.events_read:
        raise click.ClickException("The calendar holds no events; nothing is changed.")
    return found


def _report_lines(found: IcalImport) -> Iterator[str]:
    """What became of every event of the file."""
    yield f"{found.events_read} events read, {found.events_imported} imported, {len(found.left_out)} left out."
    for zone in found.unknown_zones:
        yield f"  The time zone {quote_word(zone)} is not known; its times are read as local ones."
    for event in found.left_out:
        yield f"  {'Please decide' if event.is_question else 'Left out'}: {event}."
    if any(event.is_question for event in found.left_out):
        yield "Give those events other times or titles, or import again with --doubtful open or --doubtful closed."


def _only_calendar(plan: Plan) -> str:
    if len(plan.hours) > 1:
        raise click.ClickException(f"The plan has several hours; say which with --hours: {', '.join(plan.hours)}.")
    return next(iter(plan.hours))


def _search_range(plan: Plan) -> tuple[date, date]:
    today = datetime.now(plan.timezone).date()
    return today, today + timedelta(days=SEARCH_DAYS)


def _describe_import(exception: ImportedException, taken: OpeningHours) -> str:
    said = format_spans(exception.spans)
    in_force = taken.spans(exception.day)
    return said if in_force == exception.spans else f"{said}, but the plan's own words stay: {format_spans(in_force)}"


def _current_state_lines(installation: Installation) -> Iterator[str]:
    switch = overrides.get_overrides(installation.database)[OverrideName.CLOSED]
    if switch.active and switch.since:
        since = f"{switch.since.astimezone(installation.plan.timezone):%Y-%m-%d %H:%M}"
        yield f"Closed by hand since {since}, by {switch.by}{f': {switch.note}' if switch.note else ''}."
    for name, calendar in installation.plan.calendars.items():
        found = get_opening_state(calendar, datetime.now(UTC), switch.active)
        yield f"{name}: {'open' if found.is_open else 'closed'} now"


def _format_day(hours: OpeningHours, day: date) -> str:
    spans = format_spans(hours.spans(day))
    if day in hours.exceptions:
        return f"{spans} (exception)"
    return f"{spans} (public holiday)" if is_holiday(day, hours.holiday_zone) else spans
