"""What an agent hears of a callback that is offered to them."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from records.callbacks.callback_request import CallbackChannel
from records.database.engine import CALL_WAIT_MS, Database
from records.schema import Callback, CallbackAttempt, CallbackRejection, Line, Request, SipAccount
from routing.callbacks.states import CallbackState

# A phone waits for the answer; building a statement costs more than executing it.
_REJECTED = (
    select(CallbackRejection.attempt_id)
    .join(SipAccount, SipAccount.claimed_by == CallbackRejection.agent_id)
    .where(SipAccount.name == bindparam("sip_account"), CallbackRejection.attempt_id == CallbackAttempt.id)
)
_OFFERED = (
    select(Callback.channel, Callback.site, Callback.topic, Callback.name, Line.e164.label("line"), Callback.language)
    .join(CallbackAttempt, CallbackAttempt.request_id == Callback.request_id)
    .join(Request, Request.id == Callback.request_id)
    .join(Line, Line.id == Request.line_id)
    .where(CallbackAttempt.channel_id == bindparam("channel_id"), CallbackAttempt.ended_at.is_(None))
    .where(Callback.state == CallbackState.IN_LINE, ~_REJECTED.exists())
)


@dataclass(frozen=True, slots=True)
class CallbackOffer:
    """The person to call: their `line` (E.164) and `language`, and what they wrote, which may be any text.

    `topic` was one of the topics of `site`, where the site has topics.
    """

    channel: CallbackChannel
    site: str | None
    topic: str | None
    name: str | None
    line: str
    language: str


def find_offer(database: Database, channel_id: str, sip_account: str) -> CallbackOffer | None:
    """The callback of this attempt; None when it must not be offered to this SIP account.

    That is so when the attempt no longer waits, or when its agent has rejected it. Raises DatabaseBusy,
    DatabaseUnavailable.
    """
    with database.read(CALL_WAIT_MS) as connection:
        of_it = {"channel_id": channel_id, "sip_account": sip_account}
        row = connection.execute(_OFFERED, of_it).one_or_none()
        return CallbackOffer(**{**row._mapping, "channel": CallbackChannel(row.channel)}) if row else None
