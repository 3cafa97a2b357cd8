"""Where settings come from: a TOML file, secrets that a container engine mounts, and the environment."""

import os
from pathlib import Path

from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    TomlConfigSettingsSource,
)

from standardiste.checkout import CHECKOUT

ENVIRONMENT_PREFIX = "STANDARDISTE_"
CONFIG_VARIABLE = ENVIRONMENT_PREFIX + "CONFIG"
SECRETS_FOLDER = Path("/run/secrets")
"""Where container engines mount secrets: a file, named like the setting's variable in lower case, holds its value."""


def config_file() -> Path:
    """The TOML file: $STANDARDISTE_CONFIG, else standardiste.toml in the checkout, which may be absent."""
    return Path(os.environ.get(CONFIG_VARIABLE) or CHECKOUT / "standardiste.toml")


def environment_variable(name: str) -> str:
    """The environment variable of a setting."""
    return ENVIRONMENT_PREFIX + name.upper()


def secret_file(name: str) -> Path:
    """The file that holds a setting which is kept as a secret; it may be absent."""
    return SECRETS_FOLDER / environment_variable(name).lower()


def list_files(settings: type[BaseSettings]) -> list[PydanticBaseSettingsSource]:
    """The files that are read after the environment, the strongest first."""
    in_file = TomlConfigSettingsSource(settings, toml_file=config_file())
    secrets = [SecretsSettingsSource(settings, secrets_dir=SECRETS_FOLDER)] if SECRETS_FOLDER.is_dir() else []
    return [*secrets, in_file]


def find_sources(settings: type[BaseSettings]) -> dict[str, str]:
    """For each setting, the source of its value: `environment`, a file's path or `default`."""
    in_file = TomlConfigSettingsSource(settings, toml_file=config_file())()
    return {name: _find_source(name, is_in_file=name in in_file) for name in settings.model_fields}


def _find_source(name: str, *, is_in_file: bool) -> str:
    if os.environ.get(environment_variable(name)):
        return "environment"
    if secret_file(name).is_file():
        return str(secret_file(name))
    return str(config_file()) if is_in_file else "default"
