"""The prompts that callers hear."""

from pathlib import Path

import click

from prompts import inventory, library
from prompts.catalogue import Prompt
from prompts.inventory import PromptState
from routing.languages import LANGUAGES
from standardiste.commands.options import EXISTING_FILE
from standardiste.commands.progress_bar import synthesis_progress
from standardiste.installation import Installation

LANGUAGE = click.option("--language", type=click.Choice(LANGUAGES), default="fr", show_default=True)


@click.group
def prompt() -> None:
    """Prompts, spoken by a synthetic voice or recorded by people."""


@prompt.command
@click.pass_obj
def build(installation: Installation) -> None:
    """Speak prompts that are missing or have a new text; recordings stay."""
    with synthesis_progress() as progress:
        report = library.build(
            installation.settings.sounds,
            installation.prompts,
            installation.voice,
            languages=installation.plan.languages,
            progress=progress,
        )
    click.echo(f"{len(report.spoken)} spoken, {report.unchanged} unchanged, {report.recordings} recorded by people.")


@prompt.command("list")
@click.option("--faults", is_flag=True, help="Only what is missing, too loud, too quiet or out of date.")
@click.pass_obj
def list_(installation: Installation, faults: bool) -> None:
    """Every prompt with its source, length and level."""
    rows = inventory.list_prompts(
        installation.settings.sounds, installation.prompts, languages=installation.plan.languages
    )
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
@click.argument("file", type=EXISTING_FILE)
@LANGUAGE
@click.pass_obj
def import_(installation: Installation, key: str, file: Path, language: str) -> None:
    """Replace the prompt KEY by a recording."""
    wanted = _find_prompt(installation, key)
    seconds = library.replace(installation.settings.sounds, wanted, language, library.record(wanted, language, file))
    click.echo(f"{language}/{key} is this recording now ({seconds:.1f} s).")


@prompt.command
@click.argument("key")
@LANGUAGE
@click.pass_obj
def restore(installation: Installation, key: str, language: str) -> None:
    """Replace a recording by the synthetic voice."""
    library.restore(installation.settings.sounds, _find_prompt(installation, key), language, installation.voice)
    click.echo(f"{language}/{key} is spoken again.")


def _find_prompt(installation: Installation, key: str) -> Prompt:
    found = next((prompt for prompt in installation.prompts if prompt.key == key), None)
    if found is None:
        raise click.ClickException(f"There is no prompt {key!r}; `standardiste prompt list` shows them.")
    return found
