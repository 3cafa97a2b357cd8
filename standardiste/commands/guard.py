"""Running a part that is killed when it freezes."""

import subprocess
import sys

import click

from standardiste.installation import Installation
from standardiste.parts import forking
from standardiste.parts import guard as guards


@click.command(hidden=True)
@click.argument("part", type=click.Choice(list(guards.HEARTBEAT_BY_PART)))
@click.pass_obj
def guard(installation: Installation, part: str) -> None:
    """Run PART, and kill it when it freezes, so that it is restarted."""
    settings = installation.settings
    sys.exit(guards.run_guarded(_start(part), part, settings.heartbeats, settings.sip_local_endpoint))


def _start(part: str) -> "subprocess.Popen[bytes] | forking.ForkedProcess":
    if part == guards.ASTERISK:
        return subprocess.Popen([sys.executable, "-m", "standardiste", "serve-asterisk"])
    forking.import_code([part])
    forking.freeze()
    return forking.fork_command(f"serve-{part}")
