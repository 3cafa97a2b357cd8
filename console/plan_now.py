"""The plan as a request finds it."""

from functools import lru_cache

from flask import abort

from console.door import door
from console.plan_desk import PlanDesk
from records import plans
from records.plans import PlanVersion
from routing import plan_text
from routing.plan import Plan


def plan_desk() -> PlanDesk:
    """The one of the application that serves this request."""
    found = door().plan_desk
    if found is None:
        abort(404)
    return found


def in_force() -> PlanVersion:
    """The version that calls follow; 404 before there is any."""
    found = plans.current(door().base)
    if found is None:
        abort(404)
    return found


def lines(text: str) -> str:
    """The text with the line ends that we write; browsers send others."""
    return text.replace("\r\n", "\n")


@lru_cache(maxsize=8)
def read(text: str) -> Plan:
    """The plan of a text. Raises PlanError."""
    return plan_text.parse(text)
