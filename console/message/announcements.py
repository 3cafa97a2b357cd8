"""The announcement that a request is about."""

from flask import abort, request

from console.context import get_audio_services
from routing.plan.model import Announcement


def requested_announcement() -> Announcement:
    """The announcement that the request names, by default the first one of the plan."""
    name = request.values.get("announcement") or request.values.get("slot")  # as links of version 0.1 say
    return get_announcement_or_404(name or next(iter(get_audio_services().plan().announcements)))


def get_announcement_or_404(name: str) -> Announcement:
    """An announcement of the plan in force; 404 when the plan no longer has it."""
    announcements = get_audio_services().plan().announcements
    if name not in announcements:
        abort(404)
    return announcements[name]
