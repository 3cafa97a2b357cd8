"""A visitor is about to be called back: that he may be rung is in the base before Asterisk learns his number."""

from datetime import UTC, datetime

from agi.channel import Channel
from agi.memory import Memory
from dialplan import names
from records import callback_attempts
from records.base import Base
from routing.sentences import greeting_key


def ring(channel: Channel, memory: Memory, base: Base) -> None:
    """Argument: the attempt. Sets how and at last whom to ring; without leave to ring him, nothing."""
    plan = memory.house.plan
    leave = callback_attempts.ring(base, channel.argument(1), at=datetime.now(UTC), limits=plan.callbacks.limits)
    if leave is None:
        return
    number = next((number for number in plan.numbers if number.public == leave.shown), plan.numbers[0])
    channel.set_variables(
        **{
            names.CALLBACK_SHOWN: leave.shown,
            names.CALLBACK_LANGUAGE: leave.language,
            names.CALLBACK_GREETING: greeting_key(number),
            names.CALLBACK_RING_S: plan.callbacks.ring_s,
            names.CALLBACK_NUMBER: leave.line,
        }
    )
