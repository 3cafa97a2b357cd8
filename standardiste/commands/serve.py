"""Running the parts."""

import click

from routing.numbers import displayed
from standardiste import logs, preparation
from standardiste import serve_calls as calls_process
from standardiste import serve_switch as switch_process
from standardiste import server as servers
from standardiste.commands.progress import speaking
from standardiste.installation import Installation

COMMAND = "script/standardiste"


@click.command
@click.pass_obj
def prepare(house: Installation) -> None:
    """Make everything ready: base, plan, prompts, first message, Asterisk's files."""
    with speaking() as progress:
        preparation.prepare(house, progress)


@click.command
@click.pass_context
def server(context: click.Context) -> None:
    """Prepare, then run everything in the foreground until Ctrl-C."""
    house: Installation = context.obj
    with servers.only_one(house.settings):
        context.invoke(prepare)
        servers.run(house, when_ready=lambda: _welcome(house))


@click.command("serve-calls", hidden=True)
@click.option("--listener", type=int, help="Inherited listening socket; with it this is the worker.")
@click.option("--heartbeat", type=int, help="Inherited pipe to the watchdog.")
@click.pass_obj
def serve_calls(house: Installation, listener: int | None, heartbeat: int | None) -> None:
    """The process that talks with callers."""
    if listener is None or heartbeat is None:
        with logs.of("calls-watchdog"):
            calls_process.watch(house.settings)
    else:
        with logs.of("calls"):
            calls_process.work(house.settings, listener, heartbeat)


@click.command("serve-switch", hidden=True)
@click.pass_obj
def serve_switch(house: Installation) -> None:
    """The process that follows Asterisk."""
    with logs.of("switch"):
        switch_process.serve(house)


def _welcome(house: Installation) -> None:
    plan, settings = house.plan, house.settings
    number = plan.numbers[0]
    dialled = displayed(number.landing[0], plan.country).replace(" ", "")
    click.echo(
        f"""
Standardiste answers {displayed(number.public, plan.country)}.

  Dial it from a SIP phone on this machine   sip:{dialled}@{settings.sip_here}
  or from here, in another terminal          {COMMAND} call {dialled} --press 3
  Change the message of the day              {COMMAND} message publish FILE
  Give somebody a telephone                  {COMMAND} staff add NAME
  See what a call was                        {COMMAND} calls
  Check everything                           {COMMAND} doctor

Ctrl-C stops it. Logs: {settings.log}
"""
    )
