"""The organisation's sites, and the telephone number that stands behind each."""

from datetime import UTC, datetime, timedelta, tzinfo

from callback_api.door import Door
from callback_api.problems import Problem
from records.callback_slots import taken
from routing import callback_slots
from routing.callback_rules import Site
from routing.callback_slots import Slot
from routing.hours import Hours
from routing.plan import Plan


def named(plan: Plan, name: str | None) -> Site:
    """The site of this name; without one, the first. Raises Problem."""
    sites = plan.callbacks.sites
    if name is None:
        return sites[0]
    found = next((site for site in sites if site.name == name), None)
    if found is None:
        raise Problem("unknown-site")
    return found


def calendar(plan: Plan, public_number: str) -> tuple[Hours, tzinfo]:
    """When a number of ours answers, and so calls back; the first number's hours for one that the plan has dropped."""
    number = next((number for number in plan.numbers if number.public == public_number), plan.numbers[0])
    return plan.hours[number.hours], plan.timezone


def free_slots(door: Door, public_number: str) -> tuple[Slot, ...]:
    """The slots that can still be promised, by the number that would call."""
    plan, now = door.plan(), door.clock()
    hours, tz = calendar(plan, public_number)
    until = now + timedelta(days=plan.callbacks.days_ahead + 1)
    return callback_slots.slots(plan.callbacks, hours, now, tz, taken(door.base, public_number, now, until))


def soonest(door: Door, public_number: str) -> datetime:
    """When "as soon as possible" may begin."""
    plan = door.plan()
    hours, tz = calendar(plan, public_number)
    return callback_slots.soon(plan.callbacks, hours, door.clock(), tz)


def slot_from(plan: Plan, start: datetime) -> Slot:
    """The slot that begins at `start`, if there is one: who promises it looks whether it is still offered."""
    begins = start.astimezone(UTC)
    return Slot(begins, begins + timedelta(minutes=plan.callbacks.slot_min))
