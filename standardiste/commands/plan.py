"""The plan: how calls are routed."""

from pathlib import Path

import click

from records.plan import plan_versions
from routing.plan import parsing
from routing.plan.reading import list_renamed_keys
from standardiste import plan_publication
from standardiste.commands.options import EXISTING_FILE, read_utf8
from standardiste.commands.progress_bar import synthesis_progress
from standardiste.installation import NOT_PREPARED, Installation

FILE = click.argument("file", type=EXISTING_FILE)


@click.group
def plan() -> None:
    """Numbers, greeting, menus, hours."""


@plan.command
@FILE
def check(file: Path) -> None:
    """Say whether FILE is a valid plan; if not, each line with the reason."""
    text = read_utf8(file, "save it again as UTF-8")
    parsing.parse_plan(text, file.name)
    for note in list_renamed_keys(parsing.parse_tree(text)):
        click.echo(f"{file.name}:{note}", err=True)
    click.echo(f"{file} is a valid plan.")


@plan.command
@FILE
@click.pass_obj
def publish(installation: Installation, file: Path) -> None:
    """Put FILE in force from the next call on."""
    with synthesis_progress() as progress:
        row = plan_publication.publish_plan(
            installation, read_utf8(file, "save it again as UTF-8"), file.name, progress
        )
    click.echo(f"Version {row.version} of the plan is in force.")


@plan.command
@click.pass_obj
def show(installation: Installation) -> None:
    """The plan in force, as text."""
    row = plan_versions.get_current_version(installation.database)
    if row is None:
        raise click.ClickException(NOT_PREPARED)
    click.echo(row.text, nl=False)
