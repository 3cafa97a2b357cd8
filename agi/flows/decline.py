"""A member of staff leaves a callback to the colleagues: it is not offered to him again; the visitor loses nothing."""

from datetime import UTC, datetime

from agi.channel import Channel
from records import callback_attempts
from records.base import Base


def decline(channel: Channel, base: Base) -> None:
    """Arguments: the attempt, and the member's phone account."""
    callback_attempts.decline(base, channel.argument(1), channel.argument(2), at=datetime.now(UTC))
