"""Finds the events of one call that the CEL log still holds."""

import csv
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ami.cel.event import CelEvent


def find_events(path: Path, ref: str) -> Iterator[CelEvent]:
    """The events of every channel that the call created, in order; `path` as for `CelLog`.

    The log keeps events that were written to the records until it is large; then they are deleted.
    """
    for file in (path.with_suffix(".old"), path):
        with suppress(FileNotFoundError):
            for line in file.read_bytes().splitlines():
                if ref.encode() in line:
                    yield from _parse_event(line, ref)


def _parse_event(line: bytes, ref: str) -> Iterator[CelEvent]:
    row = next(csv.reader([line.replace(b"\0", b"").decode("utf-8", "replace")]))
    with suppress(TypeError):  # half a line
        event = CelEvent(*row)
        if event.linkedid == ref:
            yield event
