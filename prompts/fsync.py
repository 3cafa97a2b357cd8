"""Writes files durably (fsync), without importing the audio libraries, because backups use it too."""

import os
from pathlib import Path


def fsync_path(path: Path) -> None:
    """Return when the content of this file, or the entries of this folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
