"""Reads the settings of this machine, and says of each wrong one what is wrong with it."""

import os
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from standardiste.setting_sources import CONFIG_VARIABLE, ENVIRONMENT_PREFIX, config_file, environment_variable
from standardiste.settings import Settings


class SettingsError(Exception):
    """Settings are wrong; the text has a line for each of them, with its name and the reason."""


def load() -> Settings:
    """The validated settings. Raises SettingsError, with a line for everything that is wrong."""
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
