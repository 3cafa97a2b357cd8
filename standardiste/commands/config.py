"""The machine's settings."""

import json
import re
from collections.abc import Iterator

import click

from standardiste.installation import Installation
from standardiste.setting_sources import CONFIG_VARIABLE, environment_variable, find_sources
from standardiste.settings import Settings


@click.group
def config() -> None:
    """Settings of this machine: standardiste.toml, overridden by STANDARDISTE_... variables."""


@config.command
@click.pass_obj
def check(installation: Installation) -> None:
    """Each setting, its value and the source of the value; or everything that is wrong."""
    values, sources = installation.settings, find_sources(Settings)
    for name, field in Settings.model_fields.items():
        value = getattr(values, name)
        shown = ", ".join(map(str, value)) if isinstance(value, (list, dict)) else _redact_password(str(value))
        click.echo(f"{name} = {shown}   [{sources[name]}]\n    {field.description}")


@config.command
@click.option("--environment", is_flag=True, help="As variables (.env) instead of TOML.")
def example(environment: bool) -> None:
    """A file of all settings with their defaults, to copy and edit."""
    click.echo("\n".join(_variable_lines() if environment else _toml_lines()))


def _toml_lines() -> Iterator[str]:
    yield "# Settings of this machine. Copy this file to standardiste.toml and take the # away before what you change."
    yield "# A variable of the same name, as STANDARDISTE_SIP_PORT, overrides the file."
    for name, value, description in _defaults():
        yield f"\n# {description}\n# {name} = {json.dumps(value)}"


def _variable_lines() -> Iterator[str]:
    yield "# Settings of this machine as variables, which override standardiste.toml; an empty one counts as not set."
    yield "# For systemd (EnvironmentFile=), or a shell: set -a; . ./.env; set +a. For containers: docs/containers.md."
    yield f"\n# The TOML file to read, when it is not standardiste.toml in the checkout.\n# {CONFIG_VARIABLE}="
    for name, value, description in _defaults():
        shown = ",".join(value) if isinstance(value, list) else value
        yield f"\n# {description}\n# {environment_variable(name)}={shown}"


def _defaults() -> Iterator[tuple[str, str | int | list[str] | dict[str, str], str]]:
    for name, field in Settings.model_fields.items():
        value = field.default
        plain = [str(each) for each in value] if isinstance(value, list) else value
        yield name, plain if isinstance(plain, (int, list, dict)) else str(plain), field.description or ""


def _redact_password(value: str) -> str:
    """A URL may hold one."""
    return re.sub(r"(://[^:/@]*:)[^@]*@", r"\1...@", value)
