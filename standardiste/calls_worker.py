"""The process that talks with callers: the FastAGI worker of `standardiste.serve_calls`."""

import socket
import sys
from datetime import UTC, datetime

from agi.call import Call
from agi.channel import Channel
from agi.flows.callback import callback
from agi.flows.decline import decline
from agi.flows.desk_ring import desk_ring
from agi.flows.desk_rung import desk_rung
from agi.flows.member import member
from agi.flows.offer import offer
from agi.flows.overflow import overflow
from agi.flows.presence import presence
from agi.flows.reception import reception
from agi.flows.ring import ring
from agi.flows.staff import staff
from agi.flows.staff_line import staff_line
from agi.memory import Memory
from agi.notebook import Notebook
from agi.server import Server, beating
from agi.studio import Studio
from dialplan import names
from records.base import open_base
from routing import calendars
from standardiste.heartbeat import Heart
from standardiste.settings import Settings

SWITCH_S = 0.001  # a conversation waits no longer for the thread that writes; Python's own is 5 ms


def work(settings: Settings, listener: int, heartbeat: int) -> None:
    """Serves the calls of an inherited socket until it is told to end, or its parent is gone."""
    sys.setswitchinterval(SWITCH_S)
    calendars.make_ready(datetime.now(UTC).date())
    base = open_base(settings.base_url, wake=settings.bell)
    notebook, memory = Notebook(base, settings.journal), Memory(base, settings.last_good)
    studio = Studio(base, settings.drafts, settings.messages, settings.spool / "staff-line")
    heart, parent = Heart(settings.heartbeats, "calls"), beating(heartbeat)

    def beat() -> None:
        parent()
        heart.beat()

    server = Server(
        socket.socket(fileno=listener),
        {
            names.AGI_RECEPTION: lambda channel: reception(_call(channel, notebook, settings), memory),
            names.AGI_HEALTH: Channel.noop,
            names.AGI_MEMBER: lambda channel: member(channel, memory, base),
            names.AGI_RING: lambda channel: ring(channel, memory, base),
            names.AGI_DECLINE: lambda channel: decline(channel, base),
            names.AGI_PRESENCE: lambda channel: presence(_call(channel, notebook, settings)),
            names.AGI_CALLBACK: lambda channel: callback(_call(channel, notebook, settings), memory),
            names.AGI_STAFF: lambda channel: staff(_call(channel, notebook, settings), memory),
            names.AGI_OFFER: lambda channel: offer(_call(channel, notebook, settings), memory),
            names.AGI_STAFF_LINE: lambda channel: staff_line(_call(channel, notebook, settings), memory, studio),
            names.AGI_DESK_RING: lambda channel: desk_ring(channel, base),
            names.AGI_DESK_RUNG: lambda channel: desk_rung(_call(channel, notebook, settings), memory, studio),
            names.AGI_OVERFLOW: lambda channel: overflow(_call(channel, notebook, settings), memory),
        },
        most=settings.agi_threads,
        heartbeat=beat,
    )
    server.run(settings.drain_s)
    memory.close()
    notebook.close()
    base.close()


def _call(channel: Channel, notebook: Notebook, settings: Settings) -> Call:
    return Call(channel, notebook, settings.sounds)
