"""Copies of a part of a file, for decoders that have to seek, and behind a header that says the truth."""

import tempfile
from typing import BinaryIO

_PIECE_BYTES = 1_000_000


def copy_part(file: BinaryIO, start: int, length: int | None = None, *, header: bytes = b"") -> BinaryIO:
    """A file without a name: `header`, and `length` bytes of `file` from `start` on, or all of its rest.

    It is unbuffered, so that another process can read it; the caller closes it.
    """
    copy = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - the caller closes it
    copy.write(header)
    file.seek(start)
    while length is None or length > 0:
        piece = file.read(_PIECE_BYTES if length is None else min(length, _PIECE_BYTES))
        if not piece:
            break
        copy.write(piece)
        length = None if length is None else length - len(piece)
    return copy
