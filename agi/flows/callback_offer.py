"""Offers a callback to a caller who cannot be served now, at the caller ID or another number.

A caller who waited in the queue keeps that place for the callback.
"""

from datetime import UTC, datetime

from agi.arrival import build_arrival, caller_kind
from agi.call import Call
from agi.config_snapshot import ConfigSnapshot, SnapshotReader
from agi.pending_writes import CallbackCreated
from dialplan import names
from routing.callbacks.number_ranges import NotCallableError, parse_callable_number
from routing.destinations import Destination

ASK_S = 6
KEY_S = 5  # for each key of a number
DIGITS = 10
TRIES = 3


def offer_callback(call: Call, snapshots: SnapshotReader) -> None:
    """Argument 4: when the caller began to wait (seconds since the epoch), or ""; 5: the route without a callback.

    Without a trunk that places calls nothing is offered.
    """
    since, otherwise = call.channel.argument(4), call.channel.argument(5)
    waiting_since = datetime.fromtimestamp(int(since), UTC) if since else None
    snapshot = snapshots.current
    if not snapshot.has_outbound_trunk:
        return call.channel.set_variables(**{names.ROUTE: otherwise})
    arrival = build_arrival(call, snapshot)
    own = dialable_number(arrival.caller, snapshot)
    choices = (
        ["offer-this-number", "offer-other-number"] if own else [undialable_prompt(call, snapshot), "offer-a-number"]
    )
    choices.append("offer-or-waiting" if otherwise == names.QUEUE_KEYS else f"offer-or-{otherwise}")
    for _ in range(TRIES):
        match call.read_key(choices, ASK_S):
            case "1" if own:
                request = CallbackCreated(arrival, call.now, own, waiting_since)
                return _accept_callback(call, request, "callback-accepted")
            case "2":
                if line := ask_callback_number(call, snapshot):
                    request = CallbackCreated(arrival, call.now, line, waiting_since)
                    return _accept_callback(call, request, "callback-accepted-other")
            case None:
                break
    call.channel.set_variables(**{names.ROUTE: otherwise})


def dialable_number(number: str | None, snapshot: ConfigSnapshot) -> str | None:
    """The number in E.164; None when there is none, or the plan does not allow calling it."""
    plan = snapshot.plan
    try:
        return parse_callable_number(number or "", plan.country, plan.callbacks.ranges, plan.own_numbers)
    except NotCallableError:
        return None


def undialable_prompt(call: Call, snapshot: ConfigSnapshot) -> str:
    """The prompt for a caller whom we cannot call back at the caller ID: it is not allowed, or there is none."""
    return "number-refused" if caller_kind(call, snapshot) else "number-unseen"


def ask_callback_number(call: Call, snapshot: ConfigSnapshot, *intro_prompts: str) -> str | None:
    """The number that the caller types and confirms, E.164; None without one that the plan allows calling.

    `intro_prompts` are played before the first question.
    """
    prompts = [*intro_prompts, "number-enter"]
    for _ in range(TRIES):
        typed = call.read_digits(prompts, DIGITS, KEY_S)
        if not typed:
            return None
        line = dialable_number(typed, snapshot) if len(typed) == DIGITS else None
        if line is None:
            prompts = ["number-refused", "number-enter"]
            continue
        read_back = ["number-read-back", *(f"digits/{digit}" for digit in typed), "number-confirm"]
        if call.read_key(read_back, ASK_S, ["number-confirm"]) == "1":
            return line
        prompts = ["number-enter"]
    return None


def _accept_callback(call: Call, request: CallbackCreated, prompt: str) -> None:
    call.write_and_wait(request)
    call.say(prompt)
    call.route(Destination.GOODBYE)
