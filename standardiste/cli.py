"""The command line. Exit codes: 0 done, 1 refused or something is wrong, 2 wrongly typed."""

import sys

import click

from agi.watchdog import WorkerFailed
from caller.baresip import BaresipError
from caller.phone import PhoneError
from prompts.audio import AudioFailure, AudioRefused
from prompts.catalogue import PromptError
from prompts.publishing import PublishError
from prompts.voice import VoiceError
from records.errors import RecordsError
from routing.plan_text import PlanError
from standardiste import commands, settings
from standardiste.asterisk import AsteriskMissing
from standardiste.installation import Installation
from standardiste.server import CannotStart
from standardiste.settings import SettingsError

# Errors whose text is one sentence for the person who typed.
TOLD = (
    *(SettingsError, AsteriskMissing, CannotStart, WorkerFailed, RecordsError, PlanError),
    *(PromptError, VoiceError, AudioRefused, AudioFailure, PublishError, BaresipError, PhoneError),
)


class _Group(click.Group):
    def invoke(self, context: click.Context) -> object:
        try:
            context.obj = Installation(settings.load())
            return super().invoke(context)
        except TOLD as error:
            click.echo(str(error), err=True)
            sys.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Standardiste: the telephone reception of one organisation."""


for command in commands.ALL:
    main.add_command(command)
