"""A test ring of an agent's telephone: the database records it before Asterisk dials, and what came of it."""

from datetime import UTC, datetime

from agi.call import Call
from agi.channel import Channel
from agi.config_snapshot import SnapshotReader
from dialplan import names
from records.database.engine import Database
from records.staff import phone_rings
from records.staff.phone_rings import RingResult
from routing.languages import prompt_language

REJECTED_CAUSE = "21"  # Q.850; Asterisk's for 603
_RESULTS = {
    "ANSWER": RingResult.ANSWERED,
    "BUSY": RingResult.BUSY,
    "NOT_REGISTERED": RingResult.NOT_REGISTERED,
    "CHANUNAVAIL": RingResult.UNREACHABLE,
    "CONGESTION": RingResult.UNREACHABLE,
}
"""By Asterisk's DIALSTATUS, or the dialplan's own word."""


def authorize_phone_ring(channel: Channel, database: Database) -> None:
    """Argument: the channel id. Sets the SIP account to ring; nothing when it is too late, or was given already."""
    agent = phone_rings.authorize_ring(database, _ring_id(channel.argument(1)), at=datetime.now(UTC))
    if agent:
        browser = {names.BROWSER_PHONE: agent.browser_account} if agent.browser_account else {}
        channel.set_variables(**browser, **{names.CLICK_TO_CALL_PHONE: agent.sip_account})


def answer_phone_ring(call: Call, snapshots: SnapshotReader, database: Database) -> None:
    """Argument: the channel id. The agent hears that the telephone works, in their language where callers speak it."""
    agent = phone_rings.record_answer(database, _ring_id(call.ref), at=datetime.now(UTC))
    if agent:
        call.set_language(prompt_language(agent.language, snapshots.current.plan.languages))


def end_phone_ring(channel: Channel, database: Database) -> None:
    """Arguments: the channel id, DIALSTATUS, the seconds of ringing (empty: it did not), and the cause (Q.850)."""
    status, ringing, cause = (channel.argument(number) for number in (2, 3, 4))
    result = _RESULTS.get(status, RingResult.FAILED)
    if status == "NOANSWER":
        result = RingResult.NO_ANSWER if ringing else RingResult.SILENT
    elif cause == REJECTED_CAUSE:
        result = RingResult.REJECTED
    phone_rings.end_ring(database, _ring_id(channel.argument(1)), result, at=datetime.now(UTC))


def _ring_id(channel_id: str) -> int:
    """The id of the ring that a channel is named after: 7 for "bell-7"."""
    return int(channel_id.rpartition("-")[2])
