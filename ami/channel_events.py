"""Asterisk's channel event log (CEL), read as facts about calls.

Asterisk appends one line per event to a private spool, also while no Python runs (asterisk-conf/cel_custom.conf).
CEL: https://docs.asterisk.org/Configuration/Reporting/Channel-Event-Logging-CEL/
"""

import csv
import hashlib
import io
import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ami.originate import is_attempt
from dialplan import names
from records.callback_results import RingResult, RingStep
from records.events import Appeared, Arrival, CallEvent, CallEventKind, Ended, Fact, Happened
from routing.numbers import caller_line
from routing.plan import Plan

log = logging.getLogger("switch")

ROTATE_AT = 4_000_000  # bytes; a call leaves about 2 kB
PIECE = 250_000  # bytes read at once, and entered in one transaction: calls under way want to write meanwhile

# A trunk has a name of its own; desk phones are called like the phone accounts.
_TRUNK = re.compile(r"PJSIP/(?!p\d\d-)")
# The queue's channel to a member: in the caller's bridge once the person has answered, and accepted where asked to.
_PHONE = re.compile(rf"Local/(p\d\d)@{names.MEMBER}-\w+;1$")

# DIALSTATUS, and what dialplan/callback_line.conf says in its place.
_RESULTS = {
    "ANSWER": RingResult.ANSWERED,
    "BUSY": RingResult.BUSY,
    "NOANSWER": RingResult.NOANSWER,
    "CONGESTION": RingResult.CONGESTION,
    "CHANUNAVAIL": RingResult.CONGESTION,
    "REFUSED": RingResult.REFUSED,
    "LATE": RingResult.LATE,
    "NOKEY": RingResult.NO_KEY,
    "OPPOSED": RingResult.OPPOSED,
    "CANCEL": RingResult.AGENT_GONE,
    "NOBODY": RingResult.AGENT_GONE,
}


class ChannelEvent(NamedTuple):
    """One line of the log, as written."""

    type: str
    time: str  # seconds since the epoch, with microseconds
    linkedid: str
    uniqueid: str
    channel: str
    context: str
    landing: str  # E.164; ours, set by the dialplan's door
    caller: str  # digits and +
    application: str
    extra: str  # JSON

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(float(self.time), UTC)

    @property
    def from_outside(self) -> bool:
        """The channel on which the public called, by whatever trunk: not one that the call brought about."""
        return self.uniqueid == self.linkedid and _TRUNK.match(self.channel) is not None


class RingTold(NamedTuple):
    """Of the attempt with this channel: how far it is since `at`, or that it is over."""

    channel_id: str
    at: datetime
    what: RingStep | RingResult


class Reading(NamedTuple):
    """What a piece of the log tells, in order, of calls and of callbacks, and the position up to which it was read."""

    facts: list[Fact | RingTold]
    position: int


class Log:
    """The growing file at `path`; positions count its bytes. `plan` tells what a landing number stands for.

    When it is large it is renamed, read to its end, and removed: Asterisk opens it anew for each event and loses none.
    """

    def __init__(self, path: Path, plan: Plan) -> None:
        self.path, self.plan = path, plan
        self._rotated = path.with_suffix(".old")

    @property
    def _source(self) -> Path:
        return self._rotated if self._rotated.exists() else self.path

    @property
    def identity(self) -> str | None:
        """Tells this file from the one that follows it, whatever it is called: by its first event. None: empty."""
        if not self._source.exists():
            return None
        with self._source.open("rb") as file:
            first = file.readline(PIECE)
        return hashlib.sha256(first).hexdigest()[:16] if first.endswith(b"\n") or len(first) == PIECE else None

    def read(self, position: int) -> Reading:
        """What comes after `position`, or a first piece of it. A line that makes no sense is passed over."""
        with self._source.open("rb") as file:
            file.seek(position)
            piece = file.read(PIECE)
        end = piece.rfind(b"\n") + 1  # the last line may still be written
        if not end and (len(piece) == PIECE or self._source == self._rotated):
            end = len(piece)  # no line of Asterisk's, or what a crash has left of one
        facts: list[Fact | RingTold] = []
        for line in io.BytesIO(piece[:end]):
            position += len(line)
            facts += _line_facts(line, position, self.plan)
        return Reading(facts, position)

    def rotate(self, position: int) -> bool:
        """With everything up to `position` dealt with, keeps the spool small; true when a file was removed."""
        if self._rotated.exists():
            if gone := position >= self._rotated.stat().st_size:
                self._rotated.unlink()
            return gone
        if position > ROTATE_AT:
            self.path.rename(self._rotated)
        return False


def _line_facts(line: bytes, position: int, plan: Plan) -> list[Fact | RingTold]:
    try:
        # A power cut leaves zeros where the file system had not written yet.
        row = next(csv.reader([line.replace(b"\0", b"").decode("utf-8", "replace")]))
        return list(_facts(ChannelEvent(*row), position, plan))
    except Exception as error:  # whatever stands there, the other lines count
        log.warning("a line of the channel event log makes no sense: %s", type(error).__name__)
        return []


def _facts(event: ChannelEvent, position: int, plan: Plan) -> Iterator[Fact | RingTold]:
    if event.landing and event.landing == plan.staff_line:
        return  # what staff do there is no call of the public's

    def happened(kind: CallEventKind, **detail: object) -> Happened:
        return Happened(position, event.linkedid, CallEvent(event.at, kind, detail))

    phone = _PHONE.match(event.channel)
    match event.type, event.from_outside:
        case "ANSWER", True:
            yield _appeared(event, position, plan)
            yield happened(CallEventKind.ANSWERED)
        case "APP_START", True if event.context == names.FALLBACK:
            yield happened(CallEventKind.FALLBACK, reason="no answer from our own code")
        case "APP_START", True if event.application == "Queue":
            yield happened(CallEventKind.QUEUE_ENTERED)
        case "APP_END", True if event.application == "Queue":
            yield happened(CallEventKind.QUEUE_LEFT)
        case "CHAN_START", False if phone:
            yield happened(CallEventKind.STAFF_RINGING, phone=phone[1])
        case "BRIDGE_ENTER", False if phone:
            yield happened(CallEventKind.STAFF_ANSWERED, phone=phone[1])
        case names.CENTRE_ANSWERED, False:
            yield happened(CallEventKind.CENTRE_ANSWERED, centre=_said(event))
        case names.CENTRE_FAILED, False:
            centre, _, reason = _said(event).partition(":")
            yield happened(CallEventKind.CENTRE_FAILED, centre=centre, reason=reason)
        case names.CALLBACK_PICKED_UP, False:
            yield RingTold(_said(event), event.at, RingStep.PICKED_UP)
        case names.CALLBACK_TALKING, False:
            yield RingTold(_said(event), event.at, RingStep.TALKING)
        case names.CALLBACK_ENDED, False:
            attempt, _, status = _said(event).partition(":")
            yield RingTold(attempt, event.at, _RESULTS.get(status, RingResult.UNKNOWN))
        case "LINKEDID_END", False if is_attempt(event.linkedid):
            yield RingTold(event.linkedid, event.at, RingResult.UNKNOWN)  # unless its end was told before
        case "HANGUP", True:
            yield _appeared(event, position, plan)
            yield Ended(position, event.linkedid, event.at, cause=_cause(event))


def _appeared(event: ChannelEvent, position: int, plan: Plan) -> Appeared:
    caller = caller_line(event.caller, plan.country)
    number = plan.number_landing_at(event.landing)
    arrival = Arrival(
        event.linkedid,
        event.at,
        landing=event.landing,
        public_number=number.public if number else None,
        caller=caller,
        withheld=caller is None,
        language=number.language if number else "",
        plan_version=None,
    )
    return Appeared(position, arrival)


def _cause(event: ChannelEvent) -> str:
    """Empty when the log does not tell it: the call is over all the same."""
    return _extra(event, "hangupcause")


def _said(event: ChannelEvent) -> str:
    """What the dialplan added to an event of its own (CELGenUserEvent)."""
    return _extra(event, "extra")


def _extra(event: ChannelEvent, name: str) -> str:
    try:
        extra = json.loads(event.extra)
    except ValueError:
        return ""
    return str(extra.get(name, "")) if isinstance(extra, dict) else ""
