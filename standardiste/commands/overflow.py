"""Everything to the overflow centre, by hand."""

from datetime import UTC, datetime

import click

from records import switches
from records.switches import SwitchName
from standardiste.installation import Installation

NOTE = click.option("--note", default="", help="Why, for colleagues to read.")


@click.group
def overflow() -> None:
    """Send every call that staff would take to the overflow centre."""


@overflow.command
@NOTE
@click.pass_obj
def on(house: Installation, note: str) -> None:
    """From the next call on, whatever the plan's rules say."""
    switches.turn(house.base, SwitchName.OVERFLOW, True, by=house.operator, note=note, at=datetime.now(UTC))
    click.echo("Every call for staff goes to the overflow centre.")


@overflow.command
@NOTE
@click.pass_obj
def off(house: Installation, note: str) -> None:
    """The plan's rules decide again."""
    switches.turn(house.base, SwitchName.OVERFLOW, False, by=house.operator, note=note, at=datetime.now(UTC))
    click.echo("The plan's rules decide which calls go to the overflow centre.")
