"""Running a part that is killed when it freezes."""

import sys

import click

from standardiste.installation import Installation
from standardiste.parts import guard as guards


@click.command(hidden=True)
@click.argument("part", type=click.Choice(list(guards.HEARTBEAT_BY_PART)))
@click.pass_obj
def guard(installation: Installation, part: str) -> None:
    """Run PART, and kill it when it freezes, so that it is restarted."""
    command = [sys.executable, "-m", "standardiste", f"serve-{part}"]
    sys.exit(
        guards.run_guarded(command, part, installation.settings.heartbeats, installation.settings.sip_local_endpoint)
    )
