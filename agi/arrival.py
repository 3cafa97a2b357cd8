"""The caller's number and the number dialled, as they enter the call's record."""

from agi.call import Call
from agi.config_snapshot import ConfigSnapshot
from records.call_events import IncomingCall
from routing.numbers import NumberKind, number_kind, parse_caller_number


def caller_kind(call: Call, snapshot: ConfigSnapshot) -> NumberKind | None:
    """What the caller's number is; None without a number that may be kept."""
    return None if call.withheld else number_kind(call.caller, snapshot.plan.country)


def build_arrival(call: Call, snapshot: ConfigSnapshot) -> IncomingCall:
    """The call as it reached us. A withheld caller number is left out, even where the trunk passes it on."""
    number = snapshot.dialled_number(call.landing)
    caller = None if call.withheld else parse_caller_number(call.caller, snapshot.plan.country)
    language, version = number.language, snapshot.plan_version
    return IncomingCall(call.ref, call.now, call.landing, number.e164, caller, call.withheld, language, version)
