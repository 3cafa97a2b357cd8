"""One event of the CEL log, and what it means for a call's record or a callback attempt.

CEL: https://docs.asterisk.org/Configuration/Reporting/Channel-Event-Logging-CEL/
"""

import csv
import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from ami.callbacks.outcomes import AttemptProgress
from dialplan import names
from records.call_events import (
    CallEnded,
    CallEvent,
    CallEventKind,
    CallEventLogged,
    CallRefused,
    CallStarted,
    CelRecord,
    Disposition,
    IncomingCall,
    RefusalReason,
)
from records.callbacks.attempt_channel_id import is_callback_attempt
from records.callbacks.attempt_results import AttemptResult, AttemptStep
from records.staff.sip_account_names import ACCOUNT_NAME
from routing.numbers import parse_caller_number
from routing.plan.model import Plan

log = logging.getLogger("switch")

# Endpoints of trunks have any other name than those of desk phones, which are named after their SIP accounts.
_TRUNK = re.compile(rf"PJSIP/(?!{ACCOUNT_NAME}-)")
# The queue's channel to a member; it enters the caller's bridge once the member has answered, and accepted if asked.
_MEMBER_CHANNEL = re.compile(rf"Local/({ACCOUNT_NAME})@{names.DIAL_MEMBER}-\w+;1$")
# The same to a colleague with whom an agent speaks before the caller does.
_COLLEAGUE_CHANNEL = re.compile(rf"Local/({ACCOUNT_NAME})@{names.CONSULT_MEMBER}-\w+;1$")
_CONSULT_CONTEXTS = (names.CONSULT_DIAL, names.CONSULT_ROOM)

# DIALSTATUS, and the values that dialplan/callback_attempt.conf writes in its place.
_RESULT_BY_DIALSTATUS = {
    "ANSWER": AttemptResult.ANSWERED,
    "BUSY": AttemptResult.BUSY,
    "NOANSWER": AttemptResult.NOANSWER,
    "CONGESTION": AttemptResult.CONGESTION,
    "CHANUNAVAIL": AttemptResult.CONGESTION,
    "REFUSED": AttemptResult.REFUSED,
    "TRUNK_DOWN": AttemptResult.LATE,
    "NOT_AUTHORIZED": AttemptResult.LATE,
    "NO_CAPACITY": AttemptResult.LATE,
    "NOT_CONFIRMED": AttemptResult.NO_KEY,
    "DO_NOT_CALL": AttemptResult.DO_NOT_CALL,
    "CANCEL": AttemptResult.AGENT_GONE,
    "NOBODY": AttemptResult.AGENT_GONE,
    # Version 0.1 wrote these; a log of it may be read after an upgrade.
    "LATE": AttemptResult.LATE,
    "NOKEY": AttemptResult.NO_KEY,
    "OPPOSED": AttemptResult.DO_NOT_CALL,
}


_REFUSAL_BY_CONTEXT = {
    names.REFUSED_FULL: RefusalReason.FULL,
    names.REFUSED_OVERLOADED: RefusalReason.OVERLOADED,
    names.REFUSED_HALF_OPEN: RefusalReason.HALF_OPEN,
    names.HANDED_OVER_IN_VAIN: RefusalReason.FULL,
}


class CelEvent(NamedTuple):
    """One line of the log, with its fields as written."""

    type: str
    time: str  # seconds since the epoch, with microseconds
    linkedid: str
    uniqueid: str
    channel: str
    context: str
    landing: str  # our number, E.164; set by the dialplan
    caller: str  # digits and +
    application: str
    extra: str  # JSON
    caller_shown: str = ""  # shown, unknown or withheld, by [screen-caller-id]; "" before, and by version 0.2

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(float(self.time), UTC)

    @property
    def from_outside(self) -> bool:
        """True for the channel of an incoming call from a trunk; False for channels that the call created."""
        return self.uniqueid == self.linkedid and _TRUNK.match(self.channel) is not None


def parse_line(line: bytes, position: int, plan: Plan) -> list[CelRecord | AttemptProgress]:
    """What a line of the log, which ends at `position`, means. A malformed line is skipped."""
    try:
        # After a power cut there are zeros where the file system had not written yet.
        row = next(csv.reader([line.replace(b"\0", b"").decode("utf-8", "replace")]))
        return list(_to_entries(CelEvent(*row), position, plan))
    except Exception as error:  # the other lines count, whatever is wrong with this one
        log.warning("a malformed line of the CEL log was skipped: %s", type(error).__name__)
        return []


def _to_entries(event: CelEvent, position: int, plan: Plan) -> Iterator[CelRecord | AttemptProgress]:
    if event.type == "HANGUP" and event.from_outside and event.context in _REFUSAL_BY_CONTEXT:
        yield from _to_refusal(event, position)
    elif _is_of_staff(event, plan):
        return
    elif progress := _to_attempt_progress(event):
        yield progress
    else:
        yield from _to_call_records(event, position, plan)


def _is_of_staff(event: CelEvent, plan: Plan) -> bool:
    """Whether a call of staff is meant, to the staff line or from a desk phone, and none of the public."""
    return event.context == names.NO_CALLER or (event.landing != "" and event.landing == plan.staff_line)


def _to_refusal(event: CelEvent, position: int) -> Iterator[CelRecord]:
    trunk = event.channel.removeprefix("PJSIP/").rpartition("-")[0]
    yield CallRefused(position, event.at, trunk, event.landing, _REFUSAL_BY_CONTEXT[event.context])
    if event.context == names.HANDED_OVER_IN_VAIN:
        yield CallEnded(position, event.linkedid, event.at, _cause(event), Disposition.REFUSED)


def _to_attempt_progress(event: CelEvent) -> AttemptProgress | None:
    if event.from_outside:
        return None
    match event.type:
        case names.CALLBACK_PICKED_UP:
            return AttemptProgress(_user_event_text(event), event.at, AttemptStep.PICKED_UP)
        case names.CALLBACK_CONNECTED | "CALLBACK_TALKING":  # the latter by version 0.1
            return AttemptProgress(_user_event_text(event), event.at, AttemptStep.TALKING)
        case names.CALLBACK_ENDED:
            attempt, _, status = _user_event_text(event).partition(":")
            return AttemptProgress(attempt, event.at, _RESULT_BY_DIALSTATUS.get(status, AttemptResult.UNKNOWN))
        case "LINKEDID_END" if is_callback_attempt(event.linkedid):
            return AttemptProgress(event.linkedid, event.at, AttemptResult.UNKNOWN)  # ignored if its end was logged
    return None


def _to_call_records(event: CelEvent, position: int, plan: Plan) -> Iterator[CelRecord]:
    def event_logged(kind: CallEventKind, **detail: object) -> CallEventLogged:
        return CallEventLogged(position, event.linkedid, CallEvent(event.at, kind, detail))

    phone = _MEMBER_CHANNEL.match(event.channel) if event.context not in _CONSULT_CONTEXTS else None
    if told := _tell_consultation(event):
        kind, who = told
        yield event_logged(kind, phone=who)
    match event.type, event.from_outside:
        case "ANSWER", True:
            yield _to_call_started(event, position, plan)
            yield event_logged(CallEventKind.ANSWERED)
        case names.HANDED_OVER, True:
            yield _to_call_started(event, position, plan)
            because = _user_event_text(event)
            yield event_logged(CallEventKind.OVERFLOW_DECIDED, because=because, hand_over=True, when="entry")
        case "APP_START", True if event.context == names.FALLBACK:
            yield event_logged(CallEventKind.FALLBACK, reason="no answer from our own code")
        case "APP_START", True if event.application == "Queue":
            yield event_logged(CallEventKind.QUEUE_ENTERED)
        case "APP_END", True if event.application == "Queue":
            yield event_logged(CallEventKind.QUEUE_LEFT)
        case "CHAN_START", False if phone:
            yield event_logged(CallEventKind.STAFF_RINGING, phone=phone[1])
        case "BRIDGE_ENTER", False if phone:
            yield event_logged(CallEventKind.STAFF_ANSWERED, phone=phone[1])
        case "BRIDGE_EXIT", False if phone:
            yield event_logged(CallEventKind.STAFF_LEFT, phone=phone[1])
        case names.TRANSFER_RETURNED, _:
            yield event_logged(CallEventKind.TRANSFER_RETURNED, to=_user_event_text(event))
        case names.CENTRE_DIALLED, False:
            centre, _, reference = _user_event_text(event).partition(":")
            yield event_logged(CallEventKind.CENTRE_DIALLED, centre=centre, reference=reference)
        case names.CENTRE_ANSWERED, False:
            yield event_logged(CallEventKind.CENTRE_ANSWERED, centre=_user_event_text(event))
        case names.CENTRE_FAILED, _:
            centre, _, reason = _user_event_text(event).partition(":")
            yield event_logged(CallEventKind.CENTRE_FAILED, centre=centre, reason=reason)
        case "HANGUP", True:
            yield _to_call_started(event, position, plan)
            yield CallEnded(position, event.linkedid, event.at, cause=_cause(event))


def _tell_consultation(event: CelEvent) -> tuple[CallEventKind, str] | None:
    """What an event means for agents of whom one speaks with the other first, and the telephone of whom it tells."""
    colleague = _COLLEAGUE_CHANNEL.match(event.channel)
    found = colleague or _MEMBER_CHANNEL.match(event.channel)
    if found is None:
        return None
    match event.type:
        case "CHAN_START" if colleague:
            return CallEventKind.STAFF_RINGING, found[1]
        case "BRIDGE_ENTER" if colleague and event.context not in _CONSULT_CONTEXTS:
            return CallEventKind.CONSULT_ANSWERED, found[1]
        case names.CONSULT_ENTERED:
            return CallEventKind.STAFF_ANSWERED, found[1]
        case names.CONSULT_BACK:
            return CallEventKind.CONSULT_BACK, found[1]
        case names.CONSULT_LEFT:
            return CallEventKind.STAFF_LEFT, found[1]
    return None


def _to_call_started(event: CelEvent, position: int, plan: Plan) -> CallStarted:
    return CallStarted(position, event.linkedid, partial(_read_arrival, event, plan))


def _read_arrival(event: CelEvent, plan: Plan) -> IncomingCall:
    caller = parse_caller_number(event.caller, plan.country)
    number = plan.find_number_by_landing(event.landing)
    return IncomingCall(
        event.linkedid,
        event.at,
        landing=event.landing,
        public_number=number.e164 if number else None,
        caller=caller,
        withheld=event.caller_shown == "withheld",
        language=number.language if number else "",
        plan_version=None,
    )


def _cause(event: CelEvent) -> str:
    """The hang-up cause; "" when the log holds none."""
    return _extra(event, "hangupcause")


def _user_event_text(event: CelEvent) -> str:
    """The text of a user event (CELGenUserEvent in the dialplan)."""
    return _extra(event, "extra")


def _extra(event: CelEvent, name: str) -> str:
    try:
        extra = json.loads(event.extra)
    except ValueError:
        return ""
    return str(extra.get(name, "")) if isinstance(extra, dict) else ""
