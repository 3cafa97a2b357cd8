"""The parts that `server`, systemd or a container engine runs. A process reads the code of its own part alone."""

import os
from importlib import import_module

import click

from standardiste import logs
from standardiste.installation import Installation


def _part(name: str, what: str) -> click.Command:
    """The command of a part whose module offers `serve(house)`."""

    @click.command(f"serve-{name}", hidden=True, help=what)
    @click.pass_obj
    def serve(house: Installation) -> None:
        with logs.of(name):
            import_module(f"standardiste.serve_{name}").serve(house)

    return serve


serve_switch = _part("switch", "The process that follows Asterisk.")
serve_public = _part("public", "The process that serves visitors of websites.")
serve_console = _part("console", "The process that serves staff.")
serve_metrics = _part("metrics", "The process that Prometheus asks.")
serve_webhooks = _part("webhooks", "The process that tells programs outside what happens.")


@click.command("serve-calls", hidden=True)
@click.option("--listener", type=int, help="Inherited listening socket; with it this is the worker.")
@click.option("--heartbeat", type=int, help="Inherited pipe to the watchdog.")
@click.pass_obj
def serve_calls(house: Installation, listener: int | None, heartbeat: int | None) -> None:
    """The process that talks with callers."""
    if listener is None or heartbeat is None:
        with logs.of("calls-watchdog"):
            import_module("standardiste.serve_calls").watch(house.settings)
    else:
        with logs.of("calls"):
            import_module("standardiste.calls_worker").work(house.settings, listener, heartbeat)


@click.command("serve-asterisk", hidden=True)
@click.pass_obj
def serve_asterisk(house: Installation) -> None:
    """Asterisk itself, in the foreground, in the place of this process."""
    program = house.asterisk.command
    os.execv(program[0], [*program, "-C", str(house.settings.etc / "asterisk.conf"), "-f", "-n"])
