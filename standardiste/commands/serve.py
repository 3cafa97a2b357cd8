"""Everything on one machine: made ready, and run."""

from datetime import UTC, datetime

import click

from records import invitations
from routing.numbers import displayed
from standardiste import preparation
from standardiste import server as servers
from standardiste.commands.account import welcome_link
from standardiste.commands.progress import speaking
from standardiste.installation import Installation

COMMAND = "script/standardiste"
UNREACHED = f"""\
  Callbacks wait: nobody can be rung before  {COMMAND} trunk add NAME ADDRESS
"""


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


def _welcome(house: Installation) -> None:
    plan, settings = house.plan, house.settings
    number = plan.numbers[0]
    dialled = displayed(number.landing[0], plan.country).replace(" ", "")
    click.echo(
        f"""
Standardiste answers {displayed(number.public, plan.country)}.

  Dial it from a SIP phone on this machine   sip:{dialled}@{settings.sip_here}
  or from here, in another terminal          {COMMAND} call {dialled} --press 3
  See the button of a website, and try it    {settings.links}/demo
  Change the message of the day              {COMMAND} message publish FILE
  Give somebody a telephone                  {COMMAND} staff add NAME
  See what a call was                        {COMMAND} calls
  Check everything                           {COMMAND} doctor
  {_console(house)}
{"" if settings.trunks else UNREACHED}
Ctrl-C stops it. Logs: {settings.log}
"""
    )


def _console(house: Installation) -> str:
    secret = invitations.first(house.base, at=datetime.now(UTC))
    if secret is None:
        return f"Staff work in the console                  {house.settings.console_links}"
    link = welcome_link(house, secret)
    return f"Open the console of the staff: this link makes its first administrator, once, within 24 hours\n    {link}"
