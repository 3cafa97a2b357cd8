"""Reads the settings of this machine, and says of each wrong one what is wrong with it."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from standardiste import setting_sources
from standardiste.setting_sources import CONFIG_VARIABLE, ENVIRONMENT_PREFIX, config_file, environment_variable
from standardiste.settings import Settings


class SettingsError(Exception):
    """Settings are wrong; the text has a line for each of them, with its name and the reason."""


def load() -> Settings:
    """The validated settings; the same object while their texts are the same, also in a fork of this process.

    Raises SettingsError, with a line for everything that is wrong.
    """
    environment = {name: value for name, value in os.environ.items() if name.startswith(ENVIRONMENT_PREFIX)}
    secrets = setting_sources.SECRETS_FOLDER
    files = [config_file(), *(sorted(secrets.iterdir()) if secrets.is_dir() else [])]
    return _load(tuple(sorted(environment.items())), tuple((file, _read_file(file)) for file in files))


def _read_file(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:  # reported where it is parsed
        return None


@lru_cache(maxsize=1)
def _load(_environment: tuple[tuple[str, str], ...], _files: tuple[tuple[Path, bytes | None], ...]) -> Settings:
    """Both are only what the settings depend on: they are read again where they are parsed."""
    named = os.environ.get(CONFIG_VARIABLE)
    if named and not Path(named).is_file():
        raise SettingsError(f"{CONFIG_VARIABLE}: {named} is no file; name a TOML file, or leave the variable out")
    known = {environment_variable(name) for name in Settings.model_fields} | {CONFIG_VARIABLE}
    wrong = [
        _unknown_setting_text(name)
        for name in sorted(os.environ)
        if name.startswith(ENVIRONMENT_PREFIX) and name not in known
    ]
    try:
        settings = Settings()
    except ValidationError as error:
        wrong += [describe_error(problem) for problem in error.errors()]
    except (ValueError, OSError) as error:  # unreadable TOML
        wrong.append(f"{config_file()} cannot be read: {error}")
    if wrong:
        raise SettingsError("\n".join(wrong))
    return settings


def _unknown_setting_text(name: str) -> str:
    return f"{name}: no such setting; `standardiste config check` lists them"


def describe_error(problem: Any) -> str:
    """One of pydantic's errors as a line: the setting, and what is wrong with it."""
    if not problem["loc"]:  # the error is about several settings, which the message names
        return str(problem["ctx"]["error"])
    name = ".".join(str(part) for part in problem["loc"] if part != "[key]")
    if problem["type"] == "extra_forbidden":
        return _unknown_setting_text(name)
    if problem["type"] == "value_error":
        return f"{name}: {problem['ctx']['error']}"
    if problem["loc"][0] in ("trunks", "smtp_password"):  # whose input may hold a password
        return f"{name}: {problem['msg']}"
    return f"{name}: {problem['msg']} (it is {problem['input']!r})"
