"""The command line. Exit codes: 0 done, 1 refused or something is wrong, 2 a usage error."""

import os
import sys
from importlib import import_module

import click

from standardiste import commands
from standardiste.installation import open_installation

PRIVATE_UMASK = 0o077  # our files hold people's numbers, voices and passwords: other users may not read them


class _Group(click.Group):
    def list_commands(self, _context: click.Context) -> list[str]:
        return list(commands.MODULE_BY_COMMAND)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        return commands.load_command(name)

    def invoke(self, context: click.Context) -> object:
        os.umask(PRIVATE_UMASK)
        context.obj = open_installation()
        context.call_on_close(context.obj.close)
        try:
            return super().invoke(context)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise  # click reports these, and a reader that has closed the pipe is no error
        except Exception as error:
            if (reason := _user_error_text(error)) is None:
                raise
        click.echo(reason, err=True)
        sys.exit(1)


def _user_error_text(error: Exception) -> str | None:
    """The sentence for the operator, or None for an unexpected error."""
    if isinstance(
        error, import_module("standardiste.user_errors").USER_ERRORS
    ):  # imported here, so that a command that succeeds does not import all errors
        return str(error)
    if not isinstance(error, OSError) or error.filename is None:
        return None
    if isinstance(error, FileNotFoundError) and "/" not in str(error.filename):
        return f"The program {error.filename} is not installed; run script/prepare."
    return f"{error.filename}: {error.strerror}; fix that, or choose another folder with the setting `var`."


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="standardiste", prog_name="standardiste", message="%(prog)s %(version)s")
def main() -> None:
    """Standardiste: the telephone reception of one organisation."""
