"""One call in order of time: our record, Asterisk's channel events and the logs of our processes.

All of them name the call by one reference, Asterisk's linkedid. Telephone numbers are masked.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ami.cel import search
from records.calls import call_detail as call_details
from records.calls.call_detail import CallDetail, CallRecord
from records.database.engine import Database
from records.errors import NotFound
from standardiste.settings import Settings

RECORD, CHANNELS = "record", "asterisk"
_OMITTED_FIELDS = {"event", "level", "logger", "timestamp", "process", "call"}


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """`source`: "record", "asterisk" (its channel events), or the process that logged the event."""

    at: datetime
    source: str
    event: str
    detail: dict[str, object]


@dataclass(frozen=True, slots=True)
class CallTimeline:
    """`call_detail` is None for a call that is not on record; `entries` are in order of time."""

    ref: str
    call_detail: CallDetail | None
    entries: tuple[TimelineEntry, ...]

    @property
    def call(self) -> CallRecord | None:
        return self.call_detail.call if self.call_detail else None


def build_timeline(settings: Settings, call_detail: CallDetail | None, ref: str) -> CallTimeline:
    """Everything that is known of the call `ref`; `call_detail` is its record. Raises NotFound for an unknown call."""
    entries = [*_record_entries(call_detail), *_channel_entries(settings, ref), *_log_entries(settings.log, ref)]
    if call_detail is None and not entries:
        raise NotFound(f"There is no call {ref}; `standardiste call list` shows the last ones.")
    return CallTimeline(ref, call_detail, tuple(sorted(entries, key=lambda entry: entry.at)))


def find_call_detail(database: Database, ref: str) -> CallDetail | None:
    """The record of the call; None for a call that is not on record."""
    with suppress(NotFound):
        return call_details.get_call_detail(database, ref)
    return None


def _record_entries(call_detail: CallDetail | None) -> Iterator[TimelineEntry]:
    if call_detail is None:
        return
    for event in call_detail.events:
        detail = {name: value for name, value in event.detail.items() if value is not None}
        yield TimelineEntry(event.at, RECORD, str(event.kind), detail)
    call = call_detail.call
    if call.ended_at:
        detail = {"disposition": str(call.disposition), "cause": call.cause}
        yield TimelineEntry(call.ended_at, RECORD, "ended", detail)


def _channel_entries(settings: Settings, ref: str) -> Iterator[TimelineEntry]:
    for event in search.find_events(settings.asterisk_spool / "channel-events.csv", ref):
        detail = {"channel": event.channel, "context": event.context, "application": event.application}
        yield TimelineEntry(event.at, CHANNELS, event.type, {name: value for name, value in detail.items() if value})


def _log_entries(folder: Path, ref: str) -> Iterator[TimelineEntry]:
    """The lines about the call, from the rotated log files too."""
    for file in sorted(folder.glob("*.log*")):
        with suppress(FileNotFoundError):  # rotated meanwhile
            for line in file.read_bytes().splitlines():
                if ref.encode() in line and (entry := _parse_log_line(line, ref)):
                    yield entry


def _parse_log_line(line: bytes, ref: str) -> TimelineEntry | None:
    try:
        fields = json.loads(line)
        is_about_call = fields["call"] == ref or ref in str(fields["event"]).split()
        at = datetime.fromisoformat(fields["timestamp"])
        detail = {name: value for name, value in fields.items() if name not in _OMITTED_FIELDS}
        return TimelineEntry(at, str(fields["process"]), str(fields["event"]), detail) if is_about_call else None
    except (ValueError, KeyError, TypeError):  # a line that is not ours
        return None
