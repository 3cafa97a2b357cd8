"""Sending every call to the overflow centre, by hand."""

import click

from routing.overrides import OverrideName
from standardiste.commands.switch_options import (
    NUMBER,
    REASON,
    SwitchOptions,
    describe_scope,
    switch_off,
    switch_on,
    with_switch_options,
)
from standardiste.installation import Installation


@click.group
def overflow() -> None:
    """Send every call that staff would take to the overflow centre."""


@overflow.command
@with_switch_options
def on(installation: Installation, options: SwitchOptions) -> None:
    """From the next call on, whatever the plan's rules say."""
    override = switch_on(installation, OverrideName.OVERFLOW, options)
    click.echo(f"Every call for staff goes to the overflow centre{describe_scope(installation, override)}.")


@overflow.command
@NUMBER
@REASON
@click.pass_obj
def off(installation: Installation, number: str, note: str) -> None:
    """Return to the rules of the plan."""
    switch_off(installation, OverrideName.OVERFLOW, number, note)
    click.echo("The plan's rules decide which calls go to the overflow centre.")
