"""The sentences of the house."""

from pathlib import Path

import click

from prompts import library, survey
from prompts.catalogue import Prompt
from prompts.survey import PromptState
from routing.plan import LANGUAGES
from standardiste.commands.progress import speaking
from standardiste.installation import Installation

LANGUAGE = click.option("--language", type=click.Choice(LANGUAGES), default="fr", show_default=True)


@click.group
def prompt() -> None:
    """What the house says, spoken by a voice or recorded by people."""


@prompt.command
@click.pass_obj
def build(house: Installation) -> None:
    """Speak what is missing or has a new text; recordings stay."""
    with speaking() as progress:
        report = library.build(
            house.settings.sounds, house.prompts, house.voice, languages=LANGUAGES, progress=progress
        )
    click.echo(f"{len(report.spoken)} spoken, {report.unchanged} unchanged, {report.recordings} recorded by people.")


@prompt.command("list")
@click.option("--faults", is_flag=True, help="Only what is missing, too loud, too quiet or out of date.")
@click.pass_obj
def list_(house: Installation, faults: bool) -> None:
    """Every prompt with its source, length and level."""
    rows = survey.list_prompts(house.settings.sounds, house.prompts, languages=LANGUAGES)
    if faults:
        rows = tuple(row for row in rows if row.state is not PromptState.GOOD)
    if not rows:
        click.echo("Every prompt is good.", err=True)
    for row in rows:
        seconds = f"{row.seconds:5.1f} s" if row.seconds is not None else "      -"
        level = f"{row.level_dbfs:6.1f} dBFS" if row.level_dbfs is not None else "          -"
        click.echo(
            f"{row.language}  {row.key:<24} {row.source or '-':<10} {seconds} {level}  {row.state:<12} {row.text}"
        )


@prompt.command("import")
@click.argument("key")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@LANGUAGE
@click.pass_obj
def import_(house: Installation, key: str, file: Path, language: str) -> None:
    """Put a recording in the place of the prompt KEY."""
    seconds = library.import_recording(house.settings.sounds, _prompt(house, key), language, file)
    click.echo(f"{language}/{key} is this recording now ({seconds:.1f} s).")


@prompt.command
@click.argument("key")
@LANGUAGE
@click.pass_obj
def restore(house: Installation, key: str, language: str) -> None:
    """Put the voice back in the place of a recording."""
    library.restore(house.settings.sounds, _prompt(house, key), language, house.voice)
    click.echo(f"{language}/{key} is spoken again.")


def _prompt(house: Installation, key: str) -> Prompt:
    found = next((prompt for prompt in house.prompts if prompt.key == key), None)
    if found is None:
        raise click.ClickException(f"There is no prompt {key!r}; `standardiste prompt list` shows them.")
    return found
