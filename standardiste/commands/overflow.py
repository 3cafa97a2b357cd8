"""Sending every call to the overflow centre, by hand."""

from datetime import UTC, datetime

import click

from records import overrides
from records.overrides import OverrideName
from standardiste.commands.options import NOTE
from standardiste.installation import Installation


@click.group
def overflow() -> None:
    """Send every call that staff would take to the overflow centre."""


@overflow.command
@NOTE
@click.pass_obj
def on(installation: Installation, note: str) -> None:
    """From the next call on, whatever the plan's rules say."""
    overrides.set_override(
        installation.database, OverrideName.OVERFLOW, True, by=installation.os_user, note=note, at=datetime.now(UTC)
    )
    click.echo("Every call for staff goes to the overflow centre.")


@overflow.command
@NOTE
@click.pass_obj
def off(installation: Installation, note: str) -> None:
    """Return to the rules of the plan."""
    overrides.set_override(
        installation.database, OverrideName.OVERFLOW, False, by=installation.os_user, note=note, at=datetime.now(UTC)
    )
    click.echo("The plan's rules decide which calls go to the overflow centre.")
