"""The caller asked to be rung back: the promise is in the base before he hears of it."""

from agi.arrival import arrival
from agi.call import Call
from agi.entries import Promised
from agi.flows.offer import ask_number
from agi.memory import Memory
from routing.destinations import Destination


def callback(call: Call, memory: Memory) -> None:
    """Promises, at a number that the caller gives when we do not see his; without one, leads to voicemail."""
    reached, line = arrival(call, memory.house), None
    promised = call.promise(Promised(reached, call.now, line=None, place_since=None))
    if not promised and (line := ask_number(call, memory.house, "number-unseen")):
        promised = call.promise(Promised(reached, call.now, line=line, place_since=None))
    if not promised:
        call.say("callback-no-number")
        return call.route(Destination.VOICEMAIL)
    call.say("callback-accepted-other" if line else "callback-accepted")
    call.route(Destination.GOODBYE)
