"""The call leaves the house: Python names the centres of the plan in force, the dialplan tries one after the other."""

from collections.abc import Iterable

from agi.call import Call
from agi.memory import Memory
from dialplan import names
from routing.plan import Centre

# User-to-User (RFC 7433) carries text as ISDN does: octet 4 announces IA5 characters (ITU-T Q.931, 4.5.30).
_IA5 = "04"


def overflow(call: Call, memory: Memory) -> None:
    """Sets the centres, last the first one: until then those that were rendered at start serve."""
    call.channel.set_variable(f"__{names.USER_TO_USER}", f"{_IA5}{call.ref.encode().hex()}")
    for name, value in reversed(centre_variables(memory.house.plan.overflow.centres).items()):
        call.channel.set_variable(name, value)


def centre_variables(centres: Iterable[Centre]) -> dict[str, str]:
    """CENTRE_AT_1, CENTRE_AT_2 ... as [centres] in the dialplan reads them; the one after the last is empty."""
    told = [f"{c.name},{c.number or ''},{c.trunk or ''},{c.caller_id},{c.ring_s}" for c in centres]
    return {f"{names.CENTRE_AT}_{place}": value for place, value in enumerate([*told, ""], start=1)}
