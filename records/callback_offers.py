"""What of a callback is told to the member of staff to whom it is offered."""

from sqlalchemy import bindparam, select

from records.base import CALL_WAIT_MS, Base
from records.callback_wish import CallbackChannel
from records.schema import Callback, CallbackAttempt, CallbackDecline, PhoneAccount
from routing.callback_states import CallbackState

# A telephone waits for it; making a statement costs more than running it.
_DECLINED = (
    select(CallbackDecline.attempt_id)
    .join(PhoneAccount, PhoneAccount.claimed_by == CallbackDecline.person_id)
    .where(PhoneAccount.name == bindparam("phone_account"), CallbackDecline.attempt_id == CallbackAttempt.id)
)
_OFFERED = (
    select(Callback.channel)
    .join(CallbackAttempt, CallbackAttempt.request_id == Callback.request_id)
    .where(CallbackAttempt.channel_id == bindparam("channel_id"), CallbackAttempt.ended_at.is_(None))
    .where(Callback.state == CallbackState.IN_LINE, ~_DECLINED.exists())
)


def asked_by(base: Base, channel_id: str, phone_account: str) -> CallbackChannel | None:
    """Where the visitor of this attempt asked to be rung back; None where it is not to be offered at this account: it
    stands in line no more, or whose account it is has declined. Raises BaseBusy, BaseUnavailable."""
    with base.read(CALL_WAIT_MS) as connection:
        found = connection.scalar(_OFFERED, {"channel_id": channel_id, "phone_account": phone_account})
        return CallbackChannel(found) if found else None
