"""A member of staff is about to be rung, at the desk or at a number outside: by a caller, or for a callback."""

from agi.channel import Channel
from agi.memory import Memory
from dialplan import names
from records import people
from records.base import CALL_WAIT_MS, Base
from records.callback_offers import asked_by
from records.callback_wish import CallbackChannel


def member(channel: Channel, memory: Memory, base: Base) -> None:
    """Arguments: the member's phone account, and the attempt to call somebody back or empty.

    Sets what is offered where the member must accept: a callback, whatever rings outside; and last, the number outside
    of whoever has one. Of a callback that was declined, or is no more, nothing is set: it rings nobody.
    """
    account, attempt = channel.argument(1), channel.argument(2)
    # Whoever has just come is a member of the queue before our memory is refreshed.
    person = memory.house.staff.get(account) or people.at_phone(base.within(CALL_WAIT_MS), account)
    if person is None:
        return
    offer = _callback(asked_by(base, attempt, account)) if attempt else "accept-call"
    if offer and (attempt or person.outside_number):
        outside = {names.OUTSIDE_NUMBER: person.outside_number} if person.outside_number else {}
        channel.set_variables(**{names.MEMBER_LANGUAGE: person.language, names.MEMBER_OFFER: offer}, **outside)


def _callback(asked: CallbackChannel | None) -> str:
    match asked:
        case None:
            return ""
        case CallbackChannel.WEB:
            return "callback-web&callback-accept"
    return "callback-telephone&callback-accept"
