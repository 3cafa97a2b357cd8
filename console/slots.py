"""Which message a request is about."""

from flask import abort, request

from console.desk import Desk
from console.door import door
from routing.plan import Slot


def desk() -> Desk:
    """The one of the application that serves this request."""
    found = door().desk
    if found is None:
        abort(404)
    return found


def asked_slot() -> Slot:
    """The slot that the request names; the plan's first one where it names none."""
    return slot_named(request.values.get("slot") or next(iter(desk().plan().slots)))


def slot_named(name: str) -> Slot:
    """A slot of the plan in force, which may have lost it meanwhile."""
    slots = desk().plan().slots
    if name not in slots:
        abort(404)
    return slots[name]
