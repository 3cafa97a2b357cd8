"""Asterisk's channel event log (CEL), read as facts about calls.

Asterisk appends one line per event to a private spool, also while no Python runs. Columns: asterisk-conf/cel_custom.conf.
CEL: https://docs.asterisk.org/Configuration/Reporting/Channel-Event-Logging-CEL/
"""

import csv
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from records.events import Appeared, Arrival, CallEvent, CallEventKind, Ended, Fact, Happened
from routing.numbers import caller_line

ROTATE_AT = 4_000_000  # bytes; a call leaves about 2 kB

_PHONE = re.compile(r"PJSIP/(p\d\d)-")


class ChannelEvent(NamedTuple):
    """One line of the log, as written."""

    type: str
    time: str  # seconds since the epoch, with microseconds
    linkedid: str
    uniqueid: str
    channel: str
    context: str
    exten: str
    caller: str
    application: str
    language: str
    extra: str  # JSON

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(float(self.time), UTC)

    @property
    def from_outside(self) -> bool:
        """The channel on which the public called, not one that the call brought about."""
        return self.uniqueid == self.linkedid and self.channel.startswith("PJSIP/trunk-")


class Log:
    """The growing file at `path`; positions count its bytes.

    When it is large it is renamed, read to its end, and removed: Asterisk opens it anew for each event and loses none.
    """

    def __init__(self, path: Path, country: str) -> None:
        self.path, self.country = path, country
        self._rotated = path.with_suffix(".old")

    @property
    def _source(self) -> Path:
        return self._rotated if self._rotated.exists() else self.path

    @property
    def size(self) -> int:
        return self._source.stat().st_size if self._source.exists() else 0

    def facts(self, position: int) -> list[Fact]:
        """What happened after `position`, in order; each fact bears the position up to which it was read."""
        if position >= self.size:
            return []
        facts: list[Fact] = []
        with self._source.open("rb") as log:
            log.seek(position)
            for line in log:
                if line.endswith(b"\n"):  # the last one may still be written
                    position += len(line)
                    facts += _line_facts(line, position, self.country)
        return facts

    def rotate(self, position: int) -> bool:
        """With everything up to `position` dealt with, keeps the spool small; true when reading begins anew at 0."""
        if self._rotated.exists():
            self._rotated.unlink()
            return True
        if position > ROTATE_AT:
            self.path.rename(self._rotated)
        return False


def _line_facts(line: bytes, position: int, country: str) -> Iterator[Fact]:
    row = next(csv.reader([line.decode("utf-8", "replace")]))
    if len(row) == len(ChannelEvent._fields):  # a line cut by a full disk is no event
        yield from _facts(ChannelEvent(*row), position, country)


def _facts(event: ChannelEvent, position: int, country: str) -> Iterator[Fact]:
    def happened(kind: CallEventKind, **detail: object) -> Happened:
        return Happened(position, event.linkedid, CallEvent(event.at, kind, detail))

    phone = _PHONE.match(event.channel)
    match event.type, event.from_outside:
        case "ANSWER", True:
            yield _appeared(event, position, country)
            yield happened(CallEventKind.ANSWERED)
        case "APP_START", True if event.context == "fallback":
            yield happened(CallEventKind.FALLBACK, reason="no answer from our own code")
        case "APP_START", True if event.application == "Queue":
            yield happened(CallEventKind.QUEUE_ENTERED, queue="staff")
        case "APP_END", True if event.application == "Queue":
            yield happened(CallEventKind.QUEUE_LEFT, queue="staff")
        case "CHAN_START", False if phone:
            yield happened(CallEventKind.STAFF_RINGING, phone=phone[1])
        case "BRIDGE_ENTER", False if phone:
            yield happened(CallEventKind.STAFF_ANSWERED, phone=phone[1])
        case "HANGUP", True:
            yield _appeared(event, position, country)
            yield Ended(position, event.linkedid, event.at, cause=str(_extra(event).get("hangupcause", "")))


def _appeared(event: ChannelEvent, position: int, country: str) -> Appeared:
    caller = caller_line(event.caller, country)
    arrival = Arrival(
        event.linkedid,
        event.at,
        landing=caller_line(event.exten, country) or "",
        public_number=None,
        caller=caller,
        withheld=caller is None,
        language=event.language,
        plan_version=None,
    )
    return Appeared(position, arrival)


def _extra(event: ChannelEvent) -> dict[str, object]:
    try:
        return dict(json.loads(event.extra or "{}"))
    except ValueError:
        return {}
