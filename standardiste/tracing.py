"""One call's story from everywhere it left a trace: the record, Asterisk's channels, our parts' logs.

All of them know the call by one reference, Asterisk's linkedid. Numbers are masked, so that a story can be shown.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ami import channel_trace
from records import stories
from records.base import Base
from records.errors import NotFound
from records.stories import Call, Story
from standardiste.settings import Settings

RECORD, CHANNELS = "record", "asterisk"
_NOT_TOLD = {"event", "level", "logger", "timestamp", "process", "call"}


@dataclass(frozen=True, slots=True)
class Moment:
    """`source`: "record", "asterisk" (its channel events), or the process in whose log it stands."""

    at: datetime
    source: str
    what: str
    detail: dict[str, object]


@dataclass(frozen=True, slots=True)
class Trace:
    """`story` is None while the call is not on record, or never came to be; `moments` are in order of time."""

    ref: str
    story: Story | None
    moments: tuple[Moment, ...]

    @property
    def call(self) -> Call | None:
        return self.story.call if self.story else None


def trace(settings: Settings, story: Story | None, ref: str) -> Trace:
    """Everything that is known of the call `ref`; `story` is what is on record. Raises NotFound when nothing is."""
    moments = [*_recorded(story), *_channels(settings, ref), *_logged(settings.log, ref)]
    if story is None and not moments:
        raise NotFound(f"There is no call {ref}; `standardiste calls` shows the last ones.")
    return Trace(ref, story, tuple(sorted(moments, key=lambda moment: moment.at)))


def found(base: Base, ref: str) -> Story | None:
    """What is on record of the call, None for nothing."""
    with suppress(NotFound):
        return stories.story(base, ref)
    return None


def _recorded(story: Story | None) -> Iterator[Moment]:
    if story is None:
        return
    for event in story.events:
        detail = {name: value for name, value in event.detail.items() if value is not None}
        yield Moment(event.at, RECORD, str(event.kind), detail)
    call = story.call
    if call.ended_at:
        yield Moment(call.ended_at, RECORD, "ended", {"ending": str(call.ending), "cause": call.cause})


def _channels(settings: Settings, ref: str) -> Iterator[Moment]:
    for event in channel_trace.of_call(settings.spool / "channel-events.csv", ref):
        detail = {"channel": event.channel, "context": event.context, "application": event.application}
        yield Moment(event.at, CHANNELS, event.type, {name: value for name, value in detail.items() if value})


def _logged(folder: Path, ref: str) -> Iterator[Moment]:
    """Lines of our parts' logs, the older files of each included."""
    for file in sorted(folder.glob("*.log*")):
        with suppress(FileNotFoundError):  # turned over meanwhile
            for line in file.read_bytes().splitlines():
                if ref.encode() in line and (moment := _moment(line, ref)):
                    yield moment


def _moment(line: bytes, ref: str) -> Moment | None:
    try:
        entry = json.loads(line)
        told = entry["call"] == ref or ref in str(entry["event"]).split()
        at = datetime.fromisoformat(entry["timestamp"])
        detail = {name: value for name, value in entry.items() if name not in _NOT_TOLD}
        return Moment(at, str(entry["process"]), str(entry["event"]), detail) if told else None
    except (ValueError, KeyError, TypeError):  # not written by us
        return None
