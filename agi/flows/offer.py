"""Who cannot be served now is offered a callback, at his number or another; whoever waits keeps his place by it."""

from datetime import UTC, datetime

from agi.arrival import arrival
from agi.call import Call
from agi.entries import Promised
from agi.memory import House, Memory
from dialplan import names
from routing.destinations import Destination
from routing.numbers import caller_line, ordinary_line

ASK_S = 6
KEY_S = 5  # for each key of a number
DIGITS = 10
TRIES = 3


def offer(call: Call, memory: Memory) -> None:
    """Argument 4: when he began to wait (seconds since the epoch), or empty; 5: where he goes if he declines."""
    since, otherwise = call.channel.argument(4), call.channel.argument(5)
    place = datetime.fromtimestamp(int(since), UTC) if since else None
    known = None if call.withheld else caller_line(call.caller, memory.house.plan.country)
    own = ["offer-this-number", "offer-other-number"] if known else ["number-unseen", "offer-a-number"]
    for _ in range(TRIES):
        match call.ask([*own, f"offer-or-{otherwise}"], ASK_S):
            case "1" if known:
                return _promise(call, memory.house, None, place)
            case "2":
                if line := ask_number(call, memory.house):
                    return _promise(call, memory.house, line, place)
            case None:
                break
    call.channel.set_variables(**{names.ROUTE: otherwise})


def ask_number(call: Call, house: House, *before: str) -> str | None:
    """The number that the caller gives by keys and confirms, E.164; None when he does not, or none that we may dial.

    `before`: the prompts that come first.
    """
    prompts = [*before, "number-enter"]
    for _ in range(TRIES):
        typed = call.digits(prompts, DIGITS, KEY_S)
        if not typed:
            return None
        line = ordinary_line(typed, house.plan.country) if len(typed) == DIGITS else None
        if line is None or line in house.own_lines:
            prompts = ["number-refused", "number-enter"]
            continue
        if call.ask(["number-read-back", *(f"digits/{digit}" for digit in typed), "number-confirm"], ASK_S) == "1":
            return line
        prompts = ["number-enter"]
    return None


def _promise(call: Call, house: House, line: str | None, place: datetime | None) -> None:
    call.promise(Promised(arrival(call, house), call.now, line, place))
    call.say("callback-accepted-other" if line else "callback-accepted")
    call.route(Destination.GOODBYE)
