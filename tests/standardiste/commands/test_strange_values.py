"""Numbers and dates that nobody can mean, in every option of the command line: refused, or taken, and nothing fails."""

from collections.abc import Callable, Iterator

import click
import pytest
from click.testing import Result
from strange_values import DATES, NUMBERS

from standardiste.cli import main

WAITS = {"server", "serve-calls", "serve-switch", "guard", "switch", "purge"}
"""What runs until it is stopped, or has its own tests with a hundred thousand rows."""


def list_commands(group: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from list_commands(command, *path, name)
        elif command and name not in WAITS and not name.startswith("serve-"):
            yield (*path, name), command


def strange_calls() -> Iterator[tuple[str, ...]]:
    """Each command with a strange value for each of its dates and numbers, the rest as it is by default."""
    for path, command in list_commands(main):
        for parameter in command.params:
            kind = parameter.type
            values = DATES if isinstance(kind, click.DateTime) else NUMBERS if kind.name.startswith("integer") else ()
            for value in values:
                yield *path, *_fill(command, parameter, value)


def _fill(command: click.Command, chosen: click.Parameter, value: str) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter, click.Option) and (parameter is chosen or parameter.required):
            yield parameter.opts[0]
        if parameter is chosen:
            yield value
        elif parameter.required:
            yield "1"


@pytest.mark.timeout(300)
def test_no_date_or_number_of_an_option_breaks_a_command(run: Callable[..., Result]) -> None:
    calls = list(strange_calls())
    assert len(calls) > 100
    faults = []
    for call in calls:
        try:
            result = run(*call)
        except Exception as error:
            faults.append(f"{' '.join(call)[:100]}: {error!r}")
            continue
        if result.exit_code not in (0, 1, 2):
            faults.append(f"{' '.join(call)}: exit code {result.exit_code}")
    assert faults == [], "\n".join(faults)
