"""The caller asked to be rung back: the promise is in the base before he hears of it."""

from agi.call import Call
from records import calls
from routing.destinations import Destination


def callback(call: Call) -> None:
    """Promises, or leads to voicemail: a number that is withheld can only be said."""
    at = call.now
    if not call.promise(lambda base: calls.promise_callback(base, call.ref, at=at)):
        call.say("callback-no-number")
        return call.route(Destination.VOICEMAIL)
    call.say("callback-accepted")
    call.route(Destination.GOODBYE)
