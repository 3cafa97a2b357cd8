"""A desk phone dialled a code: its owner takes calls, pauses or leaves, and hears what became of it."""

from agi.call import Call
from agi.entries import Wished
from dialplan import names
from records.presence import PresenceState


def presence(call: Call) -> None:
    """Arguments 2 and 3: the phone's account, as its password proved it, and the state.

    Where nothing is noted nothing is set, and the dialplan says so.
    """
    account, wish = call.channel.argument(2), PresenceState(call.channel.argument(3))
    if person := call.promise(Wished(account, wish, call.now)):
        call.speak(person.language)
        call.channel.set_variables(**{names.PRESENCE: wish})
