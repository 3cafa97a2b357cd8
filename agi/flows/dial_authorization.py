"""A visitor is about to be called back: the database records it before Asterisk receives the number."""

from datetime import UTC, datetime

from agi.channel import Channel
from agi.config_snapshot import SnapshotReader
from dialplan import names
from records.callbacks import callback_attempts
from records.database.engine import Database
from routing.languages import prompt_language
from routing.sentences import greeting_prompt_key


def authorize_dial(channel: Channel, snapshots: SnapshotReader, database: Database) -> None:
    """Argument: the attempt. Sets the variables of the dial, the number last; without authorization, none."""
    plan = snapshots.current.plan
    authorization = callback_attempts.authorize_dial(
        database, channel.argument(1), at=datetime.now(UTC), limits=plan.callbacks.limits
    )
    if authorization is None:
        return
    caller_id = authorization.caller_id_number
    public_number = next((number for number in plan.numbers if number.e164 == caller_id), plan.numbers[0])
    channel.set_variables(
        **{
            names.CALLBACK_CALLER_ID: caller_id,
            names.CALLBACK_LANGUAGE: prompt_language(authorization.language, plan.languages),
            names.CALLBACK_GREETING: greeting_prompt_key(public_number),
            names.CALLBACK_RING_S: plan.callbacks.ring_s,
            names.CALLBACK_NUMBER: authorization.line,
        }
    )
