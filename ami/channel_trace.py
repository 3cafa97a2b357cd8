"""What Asterisk's channel event log still holds of one call, as written."""

import csv
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ami.channel_events import ChannelEvent


def of_call(log: Path, ref: str) -> Iterator[ChannelEvent]:
    """The events of every channel that the call brought about, in order; `log` as for channel_events.Log.

    What has been read into the records stays in the log until it is large; then it is removed.
    """
    for file in (log.with_suffix(".old"), log):
        with suppress(FileNotFoundError):
            for line in file.read_bytes().splitlines():
                if ref.encode() in line:
                    yield from _event(line, ref)


def _event(line: bytes, ref: str) -> Iterator[ChannelEvent]:
    row = next(csv.reader([line.replace(b"\0", b"").decode("utf-8", "replace")]))
    with suppress(TypeError):  # half a line
        event = ChannelEvent(*row)
        if event.linkedid == ref:
            yield event
