"""The file with the keys of stored passwords: one a line, the first one encrypts, all of them read."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from records.secret_box import SecretBox, generate_key
from standardiste.settings_loading import SettingsError


def ensure_key(file: Path) -> None:
    """Creates the file with a new key, readable by this user alone, if there is none."""
    if not file.exists():
        write_keys(file, [generate_key()])


def read_keys(file: Path) -> list[bytes]:
    """The keys; none when there is no file."""
    return file.read_bytes().split() if file.exists() else []


def open_box(file: Path) -> SecretBox:
    """The box of these keys, which opens nothing when there is no file. Raises SettingsError for another content."""
    try:
        return SecretBox(read_keys(file))
    except ValueError:
        raise SettingsError(
            f"{file} holds something that is no key; put the key file of this installation back."
        ) from None


def write_keys(file: Path, keys: Sequence[bytes]) -> None:
    """Replaces the file atomically; mode 600."""
    with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as new:  # mode 600
        try:
            new.write(b"".join(key + b"\n" for key in keys))
            new.flush()
            os.fsync(new.fileno())
            os.replace(new.name, file)
        except BaseException:
            Path(new.name).unlink(missing_ok=True)
            raise
