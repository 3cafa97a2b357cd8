"""Who cannot be served now is offered a callback, at his number or another; whoever waits keeps his place by it."""

from datetime import UTC, datetime

from agi.arrival import arrival
from agi.call import Call
from agi.entries import Promised
from agi.memory import House, Memory
from dialplan import names
from routing.callback_ranges import NotCallable, callable_line
from routing.destinations import Destination

ASK_S = 6
KEY_S = 5  # for each key of a number
DIGITS = 10
TRIES = 3


def offer(call: Call, memory: Memory) -> None:
    """Argument 4: when he began to wait (seconds since the epoch), or empty; 5: where he goes if he declines."""
    since, otherwise = call.channel.argument(4), call.channel.argument(5)
    place = datetime.fromtimestamp(int(since), UTC) if since else None
    house = memory.house
    reached = arrival(call, house)
    own = line_to_ring(reached.caller, house)
    offered = ["offer-this-number", "offer-other-number"] if own else [why_not(reached.caller), "offer-a-number"]
    for _ in range(TRIES):
        match call.ask([*offered, f"offer-or-{otherwise}"], ASK_S):
            case "1" if own:
                return _promise(call, Promised(reached, call.now, own, place), "callback-accepted")
            case "2":
                if line := ask_number(call, house):
                    return _promise(call, Promised(reached, call.now, line, place), "callback-accepted-other")
            case None:
                break
    call.channel.set_variables(**{names.ROUTE: otherwise})


def line_to_ring(number: str | None, house: House) -> str | None:
    """The line of a caller's number, E.164; None where there is no number, or one that the dialplan would not dial."""
    plan = house.plan
    try:
        return callable_line(number or "", plan.country, plan.callbacks.ranges, plan.own_lines)
    except NotCallable:
        return None


def why_not(caller: str | None) -> str:
    """What somebody is told at whose own number we cannot ring him: that we may not, or that we do not see it."""
    return "number-refused" if caller else "number-unseen"


def ask_number(call: Call, house: House, *before: str) -> str | None:
    """The number that the caller gives by keys and confirms, E.164; None when he does not, or none that we may dial.

    `before`: the prompts that come first.
    """
    prompts = [*before, "number-enter"]
    for _ in range(TRIES):
        typed = call.digits(prompts, DIGITS, KEY_S)
        if not typed:
            return None
        line = line_to_ring(typed, house) if len(typed) == DIGITS else None
        if line is None:
            prompts = ["number-refused", "number-enter"]
            continue
        if call.ask(["number-read-back", *(f"digits/{digit}" for digit in typed), "number-confirm"], ASK_S) == "1":
            return line
        prompts = ["number-enter"]
    return None


def _promise(call: Call, promised: Promised, told: str) -> None:
    call.promise(promised)
    call.say(told)
    call.route(Destination.GOODBYE)
