"""The caller asked to be rung back: the promise is in the base before he hears of it."""

from agi.arrival import arrival
from agi.call import Call
from agi.entries import Promised
from agi.flows.offer import ask_number, line_to_ring, why_not
from agi.memory import Memory
from routing.destinations import Destination


def callback(call: Call, memory: Memory) -> None:
    """Promises, at a number that the caller gives where his own cannot be rung; without one, leads to voicemail."""
    house = memory.house
    reached = arrival(call, house)
    own = line_to_ring(reached.caller, house)
    line = own or ask_number(call, house, why_not(reached.caller))
    if line is None:
        call.say("callback-no-number")
        return call.route(Destination.VOICEMAIL)
    call.promise(Promised(reached, call.now, line, place_since=None))
    call.say("callback-accepted" if own else "callback-accepted-other")
    call.route(Destination.GOODBYE)
