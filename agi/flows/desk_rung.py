"""He was rung as he asked, and has answered: he proves who he is and records, or hears what he wanted to hear."""

from dataclasses import replace

from agi.call import Call
from agi.flows.desk_ring import number_of
from agi.flows.staff_line import PHONE, goodbye, proves, recording
from agi.memory import Memory
from agi.studio import Studio
from records import desk_rings


def desk_rung(call: Call, memory: Memory, studio: Studio) -> None:
    """Without a route the dialplan says that it failed. To hear no PIN is asked: he sees the message on his page."""
    ring = desk_rings.rung(studio.base, number_of(call.ref))
    call.speak(ring.account.language)
    viewer = replace(ring.account.viewer, channel=PHONE)
    if ring.part:
        call.meanwhile("staff-line-hello", recording).hear_draft(call, studio, viewer, ring.part)
    elif proves(call, studio, ring.account.id):
        slot = memory.house.plan.slots.get(ring.slot)
        call.meanwhile("staff-line-hello", recording).record_message(call, memory, studio, viewer, slot)
    goodbye(call)
