"""The do-not-call list: numbers that are never called back."""

from datetime import UTC, datetime

import click

from records.callbacks import do_not_call as do_not_call_list
from routing.numbers import format_number, parse_typed_number
from standardiste.installation import Installation

NUMBER = click.argument("number")


@click.group("do-not-call")
def do_not_call() -> None:
    """Numbers that are never called back, because their holder asked for it."""


@do_not_call.command
@NUMBER
@click.option("--source", default="staff", show_default=True, help="Where it was said, such as telephone or letter.")
@click.pass_obj
def add(installation: Installation, number: str, source: str) -> None:
    """Never call NUMBER again; a callback that waits for it is closed."""
    line = _parse_number(installation, number)
    do_not_call_list.add_do_not_call(installation.database, line, source, installation.os_user, datetime.now(UTC))
    click.echo(f"{format_number(line, installation.plan.country)} is never called again.")


@do_not_call.command
@NUMBER
@click.pass_obj
def remove(installation: Installation, number: str) -> None:
    """NUMBER may be called again: its holder says so."""
    line = _parse_number(installation, number)
    if not do_not_call_list.remove_do_not_call(installation.database, line, installation.os_user, datetime.now(UTC)):
        raise click.ClickException(f"{number} is not on the do-not-call list; nothing has changed.")
    click.echo(f"{format_number(line, installation.plan.country)} may be called again.")


def _parse_number(installation: Installation, number: str) -> str:
    if (line := parse_typed_number(number, installation.plan.country)) is None:
        raise click.ClickException(f"{number} is not a telephone number; write it as 06 39 98 00 01 or +33639980001.")
    return line
