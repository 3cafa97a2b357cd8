"""The call overflows: Python sets the centres of the plan in force, and the dialplan tries one after the other."""

from agi.call import Call
from agi.config_snapshot import SnapshotReader
from dialplan import names
from routing.queue.centre_variables import centre_variables

# User-to-User (RFC 7433) carries text as ISDN does: octet 4 announces IA5 characters (ITU-T Q.931, 4.5.30).
_IA5 = "04"


def set_overflow_centres(call: Call, snapshots: SnapshotReader) -> None:
    """Sets the first centre last: until then the dialplan uses the centres that were rendered at the start."""
    call.channel.set_variable(f"__{names.USER_TO_USER}", f"{_IA5}{call.ref.encode().hex()}")
    for name, value in reversed(centre_variables(snapshots.current.plan.overflow.centres).items()):
        call.channel.set_variable(name, value)
