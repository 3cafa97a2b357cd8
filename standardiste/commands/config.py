"""The machine's settings."""

import click

from standardiste import settings
from standardiste.installation import Installation


@click.group
def config() -> None:
    """Settings of this machine: standardiste.toml, overridden by STANDARDISTE_... variables."""


@config.command
@click.pass_obj
def check(house: Installation) -> None:
    """Each setting, its value, and where it came from."""
    origins = settings.origins()
    for name, field in settings.Settings.model_fields.items():
        value = getattr(house.settings, name)
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        click.echo(f"{name} = {shown}   [{origins[name]}]\n    {field.description}")
