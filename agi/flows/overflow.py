"""The call overflows: Python chooses the centres of the plan in force, and the dialplan tries one after the other."""

from agi.call import Call
from agi.config_snapshot import SnapshotReader
from records.call_events import CallEventKind
from records.secrets import generate_reference
from routing.queue.centre_choice import choose_centres
from routing.queue.centre_variables import centre_variables


def set_overflow_centres(call: Call, snapshots: SnapshotReader) -> None:
    """Sets the first centre last: until then the dialplan uses the centres that were rendered at the start."""
    plan = snapshots.current.plan
    choice = choose_centres(plan, call.ref, call.now)
    call.add_event(CallEventKind.CENTRES_CHOSEN, **choice.detail)
    variables = centre_variables(plan, choice.order, generate_reference)
    for name, value in reversed(variables.items()):
        call.channel.set_variable(name, value)
