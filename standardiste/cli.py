"""The command line. Exit codes: 0 done, 1 refused or something is wrong, 2 wrongly typed."""

import os
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
from routing.ical import IcalError
from routing.plan_edit import PlanEditError
from routing.plan_text import PlanError
from standardiste import commands
from standardiste.asterisk import AsteriskMissing
from standardiste.installation import Installation
from standardiste.server import CannotStart
from standardiste.settings import SettingsError
from standardiste.staff_file import StaffFileError

# Errors whose text is one sentence for the person who typed.
TOLD = (
    *(SettingsError, AsteriskMissing, CannotStart, WorkerFailed, RecordsError, PlanError),
    *(PlanEditError, IcalError, StaffFileError),
    *(PromptError, VoiceError, AudioRefused, AudioFailure, PublishError, BaresipError, PhoneError),
)


PRIVATE = 0o077  # nobody else may read what we write: people's numbers, voices, passwords


class _Group(click.Group):
    def invoke(self, context: click.Context) -> object:
        os.umask(PRIVATE)
        context.obj = Installation()
        try:
            return super().invoke(context)
        except TOLD as error:
            reason = str(error)
        except BrokenPipeError:
            raise  # click knows: whoever read our output has read enough
        except OSError as error:
            if error.filename is None:
                raise
            reason = _explained(error)
        click.echo(reason, err=True)
        sys.exit(1)


def _explained(error: OSError) -> str:
    if isinstance(error, FileNotFoundError) and "/" not in str(error.filename):
        return f"The program {error.filename} is not installed; run script/prepare."
    return f"{error.filename}: {error.strerror}; mend that, or choose another folder with the setting `var`."


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Standardiste: the telephone reception of one organisation."""


for command in commands.ALL:
    main.add_command(command)
