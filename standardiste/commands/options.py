"""Options and file arguments that several commands share, and former names of commands and of JSON keys."""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import click

from routing.local_times import LocalTimeError, local_instants, to_instant
from routing.moments import YEARS, is_plausible

AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
NOTE = click.option("--note", default="", help="Why, for colleagues to read.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
ID = click.IntRange(1, 2**31 - 1)
"""The number of a row."""


class _LocalTime(click.DateTime):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        moment: datetime = super().convert(value, param, ctx)
        if not is_plausible(moment):
            self.fail(f"{value!r} is not in a year from {YEARS[0]} to {YEARS[-1]}.", param, ctx)
        return moment


LOCAL_TIME = _LocalTime(
    [
        *("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S"),
        *("%Y-%m-%d %H:%M%z", "%Y-%m-%dT%H:%M%z"),
    ]
)
"""A time on the clocks of the plan's time zone, or with an offset: for the hour that clocks show twice."""


def to_instant_or_exit(moment: datetime, tz: tzinfo) -> datetime:
    """The instant (UTC) that a LOCAL_TIME means. Raises ClickException for a time that clocks do not show, or twice."""
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    try:
        return to_instant(moment, tz)
    except LocalTimeError as error:
        if not error.is_repeated:
            raise click.ClickException(str(error)) from None
        first, second = (f"{instant.astimezone(tz):%Y-%m-%d %H:%M%z}" for instant in local_instants(moment, tz))
        raise click.ClickException(
            f"Clocks show {moment:%H:%M} twice that night; write '{first}' for the first, '{second}' for the second."
        ) from None


def read_utf8(file: Path, advice: str) -> str:
    """The text of a file in UTF-8, with or without the mark that a spreadsheet puts in front.

    Raises ClickException, with `advice` on how to get such a file.
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not text in UTF-8; {advice}.") from None


def former_command(former: str, command: click.Command, words: str) -> click.Command:
    """A command under its former name, which help does not show.

    The former command does the same, and names the command that is in force, `words`, on standard error.
    """

    def run(*arguments: Any, **options: Any) -> Any:
        click.echo(f"`{former}` has a new name: standardiste {words}", err=True)
        assert command.callback
        return command.callback(*arguments, **options)

    return click.Command(former, params=command.params, callback=run, help=command.help, hidden=True)


def add_former_name(group: click.Group, former: str, command: click.Command, words: str) -> None:
    """Adds a command to its group under its former name as well."""
    group.add_command(former_command(former, command, words))


def with_former_keys(value: Any, former: Mapping[str, str]) -> Any:
    """The same JSON value in which each key of `former`, at any depth, stands under its former name as well."""
    if isinstance(value, dict):
        known = {name: with_former_keys(part, former) for name, part in value.items()}
        return known | {former[name]: part for name, part in known.items() if name in former}
    if isinstance(value, (list, tuple)):
        return [with_former_keys(part, former) for part in value]
    return value
