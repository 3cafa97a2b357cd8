"""The message of a slot, from its first second to the key that stops it."""

from agi.call import Call
from agi.memory import House
from records.events import CallEventKind
from routing.plan import Slot


def play_message(call: Call, house: House, slot: Slot) -> str | None:
    """Plays what is on air now, and returns the key that stopped it. The version chosen is heard to its end."""
    on_air = house.on_air(slot, call.now)
    version = on_air.version
    if version is None:
        return call.play("no-message").key
    length = house.seconds[version.audio]
    call.note(CallEventKind.MESSAGE_STARTED, version=version.id, slot=slot.name, stale=on_air.stale)
    played = call.play(f"daily/{version.audio}", length)
    call.note(CallEventKind.MESSAGE_HEARD, version=version.id, seconds=round(played.seconds, 1), whole=played.whole)
    return played.key
