"""Where open pages of the console are told what changes (`live`), as their browser finds it."""

import re

from flask import request

from console.context import get_context

EVENTS_PATH = "/live/events"
_HOST = re.compile(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]")


def events_url() -> str:
    """The address of events for the pages of this request; empty where nobody tells them."""
    return f"{events_origin()}{EVENTS_PATH}" if get_context().live_port is not None else ""


def events_origin() -> str:
    """The origin of events where it is not the console's own; else empty.

    The browser knows this machine by the same name at both ports, or it would not send the cookie.
    """
    port, host = get_context().live_port, _HOST.match(request.host)
    return f"http://{host[0]}:{port}" if port and host else ""
