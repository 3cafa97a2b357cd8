"""A user who asked for a call in the console is about to be called: the database records it before Asterisk dials."""

from datetime import UTC, datetime

from agi.channel import Channel
from agi.config_snapshot import SnapshotReader
from dialplan import names
from records.database.engine import Database
from records.staff import click_to_call
from routing.languages import prompt_language


def authorize_click_to_call(channel: Channel, snapshots: SnapshotReader, database: Database) -> None:
    """Argument: the channel id. Sets last the SIP account to dial; an outside number must accept by a key.

    When the user was called already, or it is too late, nothing is set and nobody is called.
    """
    agent = click_to_call.authorize_click_to_call(database, request_id(channel.argument(1)), at=datetime.now(UTC))
    if agent is None:
        return
    outside = {names.OUTSIDE_NUMBER: agent.outside_number, names.MEMBER_CONFIRM_PROMPTS: "ring-asked"}
    channel.set_variables(
        **{names.MEMBER_LANGUAGE: prompt_language(agent.language, snapshots.current.plan.languages)},
        **(outside if agent.outside_number else {}),
        **{names.CLICK_TO_CALL_PHONE: agent.sip_account},
    )


def request_id(channel_id: str) -> int:
    """The id of the request that a channel is named after: 7 for "ctc-7"."""
    return int(channel_id.rpartition("-")[2])
