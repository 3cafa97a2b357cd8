"""The caller asked to be rung back: the promise is in the base before he hears of it."""

from agi.call import Call
from agi.flows.offer import ask_number
from agi.memory import Memory
from records import calls
from routing.destinations import Destination


def callback(call: Call, memory: Memory) -> None:
    """Promises, at a number that the caller gives when we do not see his; without one, leads to voicemail."""
    at, line = call.now, None
    promised = call.promise(lambda base: calls.promise_callback(base, call.ref, at=at))
    if not promised and (line := ask_number(call, memory.house, "number-unseen")):
        promised = call.promise(lambda base: calls.promise_callback(base, call.ref, at=call.now, line=line))
    if not promised:
        call.say("callback-no-number")
        return call.route(Destination.VOICEMAIL)
    call.say("callback-accepted-other" if line else "callback-accepted")
    call.route(Destination.GOODBYE)
