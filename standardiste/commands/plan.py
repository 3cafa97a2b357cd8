"""How calls are treated."""

import getpass
from datetime import UTC, datetime
from pathlib import Path

import click

from prompts import library
from prompts.catalogue import all_prompts
from records import plans
from routing import plan_text
from routing.plan import LANGUAGES
from routing.sentences import sentences
from standardiste.installation import Installation

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
    """Put FILE in force for the next call. New landing numbers are answered after a restart."""
    text = _text(file)
    parsed = plan_text.parse(text, file.name)
    # Its sentences first: no caller may meet a menu that cannot be heard.
    library.build(house.settings.sounds, all_prompts(sentences(parsed)), house.voice, languages=LANGUAGES)
    row = plans.save(house.base, text, author=getpass.getuser(), at=datetime.now(UTC))
    click.echo(f"Version {row.version} of the plan is in force.")


@plan.command
@click.pass_obj
def show(house: Installation) -> None:
    """The plan in force, as text."""
    row = plans.current(house.base)
    click.echo(row.text if row else "No plan is published yet; run `standardiste prepare`.")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not text in UTF-8; save it again as UTF-8.") from None
