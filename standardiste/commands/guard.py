"""Running a part so that it is ended when it is frozen."""

import sys

import click

from standardiste import guard as guards
from standardiste.installation import Installation


@click.command(hidden=True)
@click.argument("part", type=click.Choice(list(guards.HEARTS)))
@click.pass_obj
def guard(house: Installation, part: str) -> None:
    """Run PART, and end it when it is frozen, so that it is started again."""
    command = [sys.executable, "-m", "standardiste", f"serve-{part}"]
    sys.exit(guards.guard(command, part, house.settings.heartbeats, house.settings.sip_socket))
