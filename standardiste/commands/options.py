"""Options and file arguments that several commands share, and former names of commands and of JSON keys."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
NOTE = click.option("--note", default="", help="Why, for colleagues to read.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
LOCAL_TIME = click.DateTime(["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S"])
"""A time on the clocks of the plan's time zone."""


def read_utf8(file: Path, advice: str) -> str:
    """The text of a file in UTF-8, with or without the mark that a spreadsheet puts in front.

    Raises ClickException, with `advice` on how to get such a file.
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not text in UTF-8; {advice}.") from None


def add_former_name(group: click.Group, former: str, command: click.Command, words: str) -> None:
    """Adds a command under its former name, which help does not show.

    The former command does the same, and names the command that is in force, `words`, on standard error.
    """

    def run(*arguments: Any, **options: Any) -> Any:
        click.echo(f"`{former}` has a new name: standardiste {words}", err=True)
        assert command.callback
        return command.callback(*arguments, **options)

    group.add_command(click.Command(former, params=command.params, callback=run, help=command.help, hidden=True))


def with_former_keys(value: Any, former: Mapping[str, str]) -> Any:
    """The same JSON value in which each key of `former`, at any depth, stands under its former name as well."""
    if isinstance(value, dict):
        known = {name: with_former_keys(part, former) for name, part in value.items()}
        return known | {former[name]: part for name, part in known.items() if name in former}
    if isinstance(value, (list, tuple)):
        return [with_former_keys(part, former) for part in value]
    return value
