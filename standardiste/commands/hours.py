"""Opening hours."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click

from records import overrides
from records.plan import plan_versions
from routing.hours.ical import MAX_BYTES, Doubtful, IcalImport
from routing.hours.notation import format_spans
from routing.hours.opening import get_opening_state
from routing.hours.opening_hours import OpeningHours
from routing.hours.public_holidays import is_holiday
from routing.overrides import ALL_NUMBERS, OverrideName, find_overrides
from routing.plan import parsing
from routing.plan.calendar_import import ImportedDay, import_calendar
from routing.plan.model import Plan
from routing.quoting import quote_word
from standardiste import plan_publication
from standardiste.commands.options import DRY_RUN, EXISTING_FILE
from standardiste.commands.progress_bar import synthesis_progress
from standardiste.commands.switch_options import (
    SwitchOptions,
    describe_scope,
    switch_off,
    switch_on,
    with_switch_options,
)
from standardiste.installation import NOT_PREPARED, Installation


@click.group
def hours() -> None:
    """Opening hours, and closing at once."""


@hours.command
@with_switch_options
def close(installation: Installation, options: SwitchOptions) -> None:
    """Close from the next call on, whatever the opening hours."""
    override = switch_on(installation, OverrideName.CLOSED, options)
    end = "" if override.ends_at else " until `standardiste hours open`"
    click.echo(f"We are closed{describe_scope(installation, override)}{end}.")


@hours.command("open")
@with_switch_options
def open_(installation: Installation, options: SwitchOptions) -> None:
    """Return to the opening hours of the plan; with --until, be open until then whatever they are."""
    if options.until:
        override = switch_on(installation, OverrideName.OPEN, options)
        click.echo(f"We are open{describe_scope(installation, override)}.")
    else:
        for name in (OverrideName.CLOSED, OverrideName.OPEN):
            switch_off(installation, name, options.number, options.note)
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
    type=click.Choice([each.value for each in Doubtful]),
    default=Doubtful.ASK.value,
    show_default=True,
    help="What events are that would open for about a day or may be closings; ask: list them, without importing them.",
)
@DRY_RUN
@click.pass_obj
def import_(installation: Installation, file: Path, calendar: str, doubtful: str, dry_run: bool) -> None:
    """Import exceptions from FILE (.ics).

    All-day events close their days. Events with times are opening hours or, when their title says so, closings. Every
    event is imported or named with the reason why not. Days imported before are replaced; days that a person wrote
    into the plan stay.
    """
    row = plan_versions.get_current_version(installation.database)
    if row is None:
        raise click.ClickException(NOT_PREPARED)
    plan = parsing.parse_plan(row.text)
    name = calendar or _only_calendar(plan)
    with file.open("rb") as opened:
        content = opened.read(MAX_BYTES + 1)
    today = datetime.now(plan.timezone).date()
    result = import_calendar(row.text, name, content, today, Doubtful(doubtful))
    for line in _report_lines(result.found):
        click.echo(line)
    for day in result.days:
        click.echo(f"{day.exception.day}  {_describe_import(day)}  {day.exception.summary}".rstrip())
    days, text = result.days, result.text
    if dry_run:
        click.echo(f"{len(days)} days would be imported into {name}; nothing is changed.")
        return
    with synthesis_progress() as progress:
        version = plan_publication.publish_plan(installation, text, file.name, progress).version
    click.echo(f"{len(days)} days are imported into {name}. Version {version} of the plan is in force.")


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


def _describe_import(day: ImportedDay) -> str:
    said = format_spans(day.exception.spans)
    return said if day.kept is None else f"{said}, but the plan's own words stay: {format_spans(day.kept)}"


def _current_state_lines(installation: Installation) -> Iterator[str]:
    plan, now = installation.plan, datetime.now(UTC)
    switched = overrides.list_overrides(installation.database)
    for each in switched:
        if each.name in (OverrideName.CLOSED, OverrideName.OPEN) and each.since and each.is_in_force(now):
            since = f"{each.since.astimezone(plan.timezone):%Y-%m-%d %H:%M}"
            scope, note = describe_scope(installation, each), f": {each.note}" if each.note else ""
            yield f"{each.name.capitalize()} by hand since {since}{scope}, by {each.by}{note}."
    for name, calendar in plan.calendars.items():
        found = get_opening_state(calendar, now, find_overrides(switched, ALL_NUMBERS, now))
        yield f"{name}: {'open' if found.is_open else 'closed'} now"


def _format_day(hours: OpeningHours, day: date) -> str:
    spans = format_spans(hours.spans(day))
    if day in hours.exceptions:
        return f"{spans} (exception)"
    return f"{spans} (public holiday)" if is_holiday(day, hours.holiday_zone) else spans
