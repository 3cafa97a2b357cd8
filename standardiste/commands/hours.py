"""When the house is open."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click

from records import plans, switches
from records.switches import SwitchName
from routing import plan_text
from routing.calendars import is_holiday
from routing.hours import SEARCH_DAYS, Hours
from routing.hours_text import written
from routing.ical import ImportedException, exceptions_from_ical
from routing.opening import opening
from routing.plan import Plan
from routing.plan_edit import with_exceptions
from standardiste import publication
from standardiste.commands.progress import speaking
from standardiste.installation import NOTHING_YET, Installation


@click.group
def hours() -> None:
    """When the house is open, and closing it at once."""


@hours.command
@click.option("--note", default="", help="Why, for colleagues to read.")
@click.pass_obj
def close(house: Installation, note: str) -> None:
    """Close now, from the next call on, whatever the hours say."""
    switches.turn(house.base, SwitchName.CLOSED, True, by=house.operator, note=note, at=datetime.now(UTC))
    click.echo("The house is closed until `standardiste hours open`.")


@hours.command("open")
@click.pass_obj
def open_(house: Installation) -> None:
    """Let the hours of the plan decide again."""
    switches.turn(house.base, SwitchName.CLOSED, False, by=house.operator, at=datetime.now(UTC))
    click.echo("The hours of the plan decide again.")
    for line in _now(house):
        click.echo(line)


@hours.command
@click.option("--days", type=click.IntRange(1, 400), default=7, show_default=True)
@click.pass_obj
def show(house: Installation, days: int) -> None:
    """Open or closed now, and the opening times of today and the next days."""
    for line in _now(house):
        click.echo(line)
    today = datetime.now(house.plan.timezone).date()
    for name, calendar in house.plan.hours.items():
        click.echo(f"\n{name}")
        for day in (today + timedelta(days=ahead) for ahead in range(days)):
            click.echo(f"  {day:%a %Y-%m-%d}  {_day(calendar, day)}")


@hours.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--hours", "calendar", default="", help="Which hours of the plan; needed when it has several.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@click.pass_obj
def import_(house: Installation, file: Path, calendar: str, dry_run: bool) -> None:
    """Take single days that differ from FILE (.ics): whole days are closed, events with times are opening hours.

    Days imported before are replaced; days that a person wrote into the plan stay.
    """
    row = plans.current(house.base)
    if row is None:
        raise click.ClickException(NOTHING_YET)
    plan = plan_text.parse(row.text)
    name = calendar or _only(plan)
    found = exceptions_from_ical(_text(file), plan.timezone, _coming(plan))
    text = with_exceptions(row.text, name, found)
    taken = plan_text.parse(text).hours[name]
    for exception in found:
        click.echo(f"{exception.day}  {_fate(exception, taken)}  {exception.summary}".rstrip())
    if dry_run:
        click.echo(f"{len(found)} days would be imported into {name}; nothing is changed.")
        return
    with speaking() as progress:
        version = publication.publish(house, text, file.name, progress).version
    click.echo(f"{len(found)} days are imported into {name}. Version {version} of the plan is in force.")


def _only(plan: Plan) -> str:
    if len(plan.hours) > 1:
        raise click.ClickException(f"The plan has several hours; say which with --hours: {', '.join(plan.hours)}.")
    return next(iter(plan.hours))


def _coming(plan: Plan) -> tuple[date, date]:
    today = datetime.now(plan.timezone).date()
    return today, today + timedelta(days=SEARCH_DAYS)


def _fate(exception: ImportedException, taken: Hours) -> str:
    said = written(exception.spans)
    in_force = taken.spans(exception.day)
    return said if in_force == exception.spans else f"{said}, but the plan's own words stay: {written(in_force)}"


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not text in UTF-8; export the calendar again as .ics.") from None


def _now(house: Installation) -> Iterator[str]:
    switch = switches.current(house.base)[SwitchName.CLOSED]
    if switch.on and switch.since:
        since = f"{switch.since.astimezone(house.plan.timezone):%Y-%m-%d %H:%M}"
        yield f"Closed by hand since {since}, by {switch.by}{f': {switch.note}' if switch.note else ''}."
    for name, calendar in house.plan.hours.items():
        found = opening(calendar, datetime.now(UTC), house.plan.timezone, switch.on)
        yield f"{name}: {'open' if found.is_open else 'closed'} now"


def _day(calendar: Hours, day: date) -> str:
    spans = written(calendar.spans(day))
    if day in calendar.exceptions:
        return f"{spans} (exception)"
    return f"{spans} (public holiday)" if is_holiday(day, calendar.holidays) else spans
