"""The command line. Exit codes: 0 done, 1 refused or something is wrong, 2 wrongly typed."""

import os
import sys
from importlib import import_module

import click

from standardiste import commands
from standardiste.installation import Installation

PRIVATE = 0o077  # nobody else may read what we write: people's numbers, voices, passwords


class _Group(click.Group):
    def list_commands(self, _context: click.Context) -> list[str]:
        return list(commands.WHERE)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        return commands.command(name)

    def invoke(self, context: click.Context) -> object:
        os.umask(PRIVATE)
        context.obj = Installation()
        context.call_on_close(context.obj.close)
        try:
            return super().invoke(context)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise  # click's own business, as is who has read enough of our output
        except Exception as error:
            if (reason := _told(error)) is None:
                raise
        click.echo(reason, err=True)
        sys.exit(1)


def _told(error: Exception) -> str | None:
    """The sentence for the person who typed, or None for what nobody foresaw."""
    if isinstance(error, import_module("standardiste.told").TOLD):  # who succeeds need not read all our errors
        return str(error)
    if not isinstance(error, OSError) or error.filename is None:
        return None
    if isinstance(error, FileNotFoundError) and "/" not in str(error.filename):
        return f"The program {error.filename} is not installed; run script/prepare."
    return f"{error.filename}: {error.strerror}; mend that, or choose another folder with the setting `var`."


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Standardiste: the telephone reception of one organisation."""
