"""The parts that `server`, systemd or a container engine runs. A process imports the code of its own part alone."""

import os
from importlib import import_module

import click

from standardiste.installation import Installation
from standardiste.parts import logs


def _part_command(name: str, what: str) -> click.Command:
    """The command of a part whose module has `serve(installation)`."""

    @click.command(f"serve-{name}", hidden=True, help=what)
    @click.pass_obj
    def serve(installation: Installation) -> None:
        with logs.json_logging(name):
            import_module(f"standardiste.parts.{name}").serve(installation)

    return serve


serve_switch = _part_command("switch", "The process that acts on Asterisk.")
serve_public = _part_command("public", "The process that serves visitors of websites.")
serve_console = _part_command("console", "The process that serves staff.")
serve_live = _part_command("live", "The process that tells open pages of the console what changes.")
serve_centre = _part_command("centre", "The process that serves agents of overflow centres.")
serve_metrics = _part_command("metrics", "The process that Prometheus scrapes.")
serve_webhooks = _part_command("webhooks", "The process that sends webhooks.")


@click.command("serve-calls", hidden=True)
@click.option("--listener", type=int, help="Inherited listening socket; with it this is the worker.")
@click.option("--heartbeat", type=int, help="Inherited pipe to the watchdog.")
@click.pass_obj
def serve_calls(installation: Installation, listener: int | None, heartbeat: int | None) -> None:
    """The process that serves calls."""
    if listener is None or heartbeat is None:
        with logs.json_logging("calls-watchdog"):
            import_module("standardiste.parts.calls_watchdog").run_watchdog(installation.settings)
    else:
        with logs.json_logging("calls"):
            import_module("standardiste.parts.calls_worker").run_worker(installation.settings, listener, heartbeat)


@click.command("serve-asterisk", hidden=True)
@click.pass_obj
def serve_asterisk(installation: Installation) -> None:
    """Asterisk itself, in the foreground; it replaces this process."""
    program = installation.asterisk.command
    os.execv(program[0], [*program, "-C", str(installation.settings.asterisk_etc / "asterisk.conf"), "-f", "-n"])
