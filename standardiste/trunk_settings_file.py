"""Writes a trunk into the settings file; everything else in it stays as it is, comments too."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from standardiste.settings import SettingsError
from standardiste.settings_export import REDACTED


def add_trunk(file: Path, name: str, values: Mapping[str, object]) -> None:
    """Appends `[trunks.NAME]` to the TOML file atomically; the file is then readable by this user alone.

    Raises SettingsError when the file cannot be parsed or written, or has a trunk of that name.
    """
    file = file.resolve()  # a symbolic link stays one
    try:
        document = tomlkit.parse(file.read_text(encoding="utf-8") if file.exists() else "")
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from None
    if "trunks" not in document:
        document.add("trunks", tomlkit.table(is_super_table=True))
    trunks = document["trunks"]
    if name in trunks:
        raise SettingsError(f"{file} has a trunk {name} already; change it there, or choose another name.")
    table = tomlkit.table()
    table.update(values)
    trunks[name] = table
    try:
        _replace_atomically(file, tomlkit.dumps(document))
    except OSError as error:
        raise SettingsError(_manual_instructions(file, name, values, error)) from None


def _manual_instructions(file: Path, name: str, values: Mapping[str, object], error: OSError) -> str:
    """What to do if we cannot write the file, as in a container; without the password."""
    shown = {**values, **({"password": REDACTED} if "password" in values else {})}
    return (
        f"{file} cannot be written from here ({error.strerror}); write this at its end where it is kept, for a "
        "container in secrets/standardiste.toml on the machine outside, and start the parts again "
        f"(docs/containers.md):\n\n{tomlkit.dumps({'trunks': {name: shown}})}"
    )


def _replace_atomically(file: Path, text: str) -> None:
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, delete=False) as new:  # mode 600
        try:
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
            os.replace(new.name, file)
        except BaseException:
            Path(new.name).unlink(missing_ok=True)
            raise
