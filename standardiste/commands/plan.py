"""How calls are treated."""

from pathlib import Path

import click

from records import plans
from routing import plan_text
from standardiste import publication
from standardiste.commands.progress import speaking
from standardiste.installation import NOTHING_YET, Installation

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group
def plan() -> None:
    """Numbers, greeting, menus, hours."""


@plan.command
@FILE
def check(file: Path) -> None:
    """Say whether FILE is a good plan; if not, each line and the reason."""
    plan_text.parse(_text(file), file.name)
    click.echo(f"{file} is a good plan.")


@plan.command
@FILE
@click.pass_obj
def publish(house: Installation, file: Path) -> None:
    """Put FILE in force for the next call."""
    with speaking() as progress:
        row = publication.publish(house, _text(file), file.name, progress)
    click.echo(f"Version {row.version} of the plan is in force.")


@plan.command
@click.pass_obj
def show(house: Installation) -> None:
    """The plan in force, as text."""
    row = plans.current(house.base)
    if row is None:
        raise click.ClickException(NOTHING_YET)
    click.echo(row.text, nl=False)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not text in UTF-8; save it again as UTF-8.") from None
