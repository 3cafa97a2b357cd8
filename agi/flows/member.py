"""A member of staff is about to be rung: at the desk, or at a number outside."""

from agi.channel import Channel
from agi.memory import Memory
from dialplan import names


def member(channel: Channel, memory: Memory) -> None:
    """Argument: the member's phone account. Sets the outside number, last, for whoever has one."""
    person = memory.house.staff.get(channel.argument(1))
    if person and person.outside_number:
        channel.set_variables(
            **{names.OUTSIDE_LANGUAGE: person.language, names.OUTSIDE_NUMBER: person.outside_number},
        )
