"""What of a callback is told to the member of staff to whom it is offered."""

from sqlalchemy import select

from records.base import CALL_WAIT_MS, Base
from records.callback_wish import CallbackChannel
from records.schema import Callback, CallbackAttempt, CallbackDecline, PhoneAccount
from routing.callback_states import CallbackState


def asked_by(base: Base, channel_id: str, phone_account: str) -> CallbackChannel | None:
    """Where the visitor of this attempt asked to be rung back; None where it is not to be offered at this account: it
    stands in line no more, or whose account it is has declined. Raises BaseBusy, BaseUnavailable."""
    declined = select(CallbackDecline.attempt_id).join(
        PhoneAccount, PhoneAccount.claimed_by == CallbackDecline.person_id
    )
    of_them = declined.where(PhoneAccount.name == phone_account, CallbackDecline.attempt_id == CallbackAttempt.id)
    row = select(Callback.channel).join(CallbackAttempt, CallbackAttempt.request_id == Callback.request_id)
    row = row.where(CallbackAttempt.channel_id == channel_id, CallbackAttempt.ended_at.is_(None))
    row = row.where(Callback.state == CallbackState.IN_LINE, ~of_them.exists())
    with base.read(CALL_WAIT_MS) as connection:
        found = connection.scalar(row)
        return CallbackChannel(found) if found else None
