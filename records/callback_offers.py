"""What of a callback is told to the member of staff to whom it is offered."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from records.base import CALL_WAIT_MS, Base
from records.callback_wish import CallbackChannel
from records.schema import Callback, CallbackAttempt, CallbackDecline, Line, PhoneAccount, Request
from routing.callback_states import CallbackState

# A telephone waits for it; making a statement costs more than running it.
_DECLINED = (
    select(CallbackDecline.attempt_id)
    .join(PhoneAccount, PhoneAccount.claimed_by == CallbackDecline.person_id)
    .where(PhoneAccount.name == bindparam("phone_account"), CallbackDecline.attempt_id == CallbackAttempt.id)
)
_OFFERED = (
    select(Callback.channel, Callback.site, Callback.topic, Callback.name, Line.e164.label("line"), Callback.language)
    .join(CallbackAttempt, CallbackAttempt.request_id == Callback.request_id)
    .join(Request, Request.id == Callback.request_id)
    .join(Line, Line.id == Request.line_id)
    .where(CallbackAttempt.channel_id == bindparam("channel_id"), CallbackAttempt.ended_at.is_(None))
    .where(Callback.state == CallbackState.IN_LINE, ~_DECLINED.exists())
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is to be rung back, and why: his `line` (E.164) and `language`, and what he wrote, which may be anything;
    where his `site` has topics, `topic` was one of them."""

    channel: CallbackChannel
    site: str | None
    topic: str | None
    name: str | None
    line: str
    language: str


def asked_by(base: Base, channel_id: str, phone_account: str) -> Asked | None:
    """Who asked for the callback of this attempt; None where it is not to be offered at this account: it stands in line
    no more, or whose account it is has declined. Raises BaseBusy, BaseUnavailable."""
    with base.read(CALL_WAIT_MS) as connection:
        of_it = {"channel_id": channel_id, "phone_account": phone_account}
        row = connection.execute(_OFFERED, of_it).one_or_none()
        return Asked(**{**row._mapping, "channel": CallbackChannel(row.channel)}) if row else None
