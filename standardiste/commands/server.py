"""Preparing an installation, and running all parts on one machine."""

from datetime import UTC, datetime

import click

from standardiste.installation import Installation
from standardiste.parts import server as servers

COMMAND = "script/standardiste"
NO_TRUNK_NOTICE = f"""\
  No callbacks are offered before  {COMMAND} trunk add NAME ADDRESS
"""


@click.command
@click.pass_obj
def prepare(installation: Installation) -> None:
    """Make everything ready: database, plan, prompts, first message, Asterisk's files."""
    from standardiste import preparation  # here, because the server itself, which only waits, is to stay small
    from standardiste.commands.progress_bar import synthesis_progress

    with synthesis_progress() as progress:
        preparation.prepare(installation, progress)


@click.command
@click.pass_context
def server(context: click.Context) -> None:
    """Prepare, then run everything in the foreground until Ctrl-C."""
    installation: Installation = context.obj
    with servers.single_server(installation.settings):
        if not servers.run_server(installation, when_ready=lambda: _print_welcome(installation)):
            context.exit(1)


def _print_welcome(installation: Installation) -> None:
    from records.trunks import has_trunks
    from routing.numbers import format_number

    plan, settings = installation.plan, installation.settings
    number = plan.numbers[0]
    dialled = format_number(number.landing_numbers[0], plan.country).replace(" ", "")
    click.echo(
        f"""
Standardiste answers {format_number(number.e164, plan.country)}.

  Dial it from a SIP phone on this machine   sip:{dialled}@{settings.sip_local_address}
  or from here, in another terminal          {COMMAND} call place {dialled} --press 3
  See the button of a website, and try it    {settings.public_root_url}/demo
  Change the message of the day              {COMMAND} message publish FILE
  Give somebody a telephone                  {COMMAND} staff add NAME
  See what a call was                        {COMMAND} call list
  Check everything                           {COMMAND} doctor
  {_console_line(installation)}
{"" if has_trunks(installation.database) else NO_TRUNK_NOTICE}
Ctrl-C stops it. Logs: {settings.log}
"""
    )


def _console_line(installation: Installation) -> str:
    from records.users import invitations

    secret = invitations.create_first_invitation(installation.database, at=datetime.now(UTC))
    if secret is None:
        return f"Staff work in the console                  {installation.settings.console_root_url}"
    link = installation.settings.welcome_url(secret)
    return f"Open the console of the staff: this link makes its first administrator, once, within 24 hours\n    {link}"
