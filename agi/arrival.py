"""A call as it reached us, for its record."""

from agi.call import Call
from agi.memory import House
from records.events import Arrival
from routing.numbers import caller_line


def arrival(call: Call, house: House) -> Arrival:
    """Who calls which number of ours; a withheld number is not kept, even where the trunk tells it."""
    number = house.number(call.landing)
    caller = None if call.withheld else caller_line(call.caller, house.plan.country)
    language, version = number.language, house.plan_version
    return Arrival(call.ref, call.now, call.landing, number.public, caller, call.withheld, language, version)
