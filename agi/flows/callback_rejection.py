"""An agent rejects a callback that was offered: other agents are offered it, and the visitor keeps the place."""

from datetime import UTC, datetime

from agi.channel import Channel
from records.callbacks import callback_attempts
from records.database.engine import Database


def reject_callback(channel: Channel, database: Database) -> None:
    """Arguments: the attempt, and the agent's SIP account. The attempt is not offered to this agent again."""
    callback_attempts.reject_offer(database, channel.argument(1), channel.argument(2), at=datetime.now(UTC))
