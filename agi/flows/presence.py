"""An agent dials a presence code on their desk phone: they are ready, paused or out, and hear the result."""

from agi.call import Call
from agi.pending_writes import PresenceChanged
from dialplan import names
from records.staff.presence import PresenceState


def set_presence(call: Call) -> None:
    """Arguments 2 and 3: the SIP account, which Asterisk authenticated, and the state.

    Sets the result only when the change is committed; otherwise the dialplan plays that it failed.
    """
    account, state = call.channel.argument(2), PresenceState(call.channel.argument(3))
    if agent := call.write_and_wait(PresenceChanged(account, state, call.now)):
        call.set_language(agent.language)
        call.channel.set_variables(**{names.PRESENCE_RESULT: state})
