"""Callbacks that staff ask for with one click, from a request, a call or a card."""

from collections.abc import Callable, Mapping

from flask import flash

from console.context import current_actor, find_plan, get_context
from records.callbacks.callback_queue import will_ring_own_phone
from records.callbacks.callback_request import TooManyCallbacks
from records.callbacks.own_phone import find_own_agent
from records.callbacks.staff_request import NotDialled, PersonToCall, request_callback
from records.inbox import inbox
from records.inbox.inbox import CalledByMediator, RequestClosed, RequestTaken
from records.trunks import has_trunks
from routing.access.permissions import Permission
from routing.callbacks.acceptance import NotDialledReason
from routing.callbacks.number_ranges import is_in_ranges
from translations.message import Message, translatable
from web.language import translate

IN_LINE = translatable("The callback is in the queue: the next free person of the team is put through.")
RINGS_FIRST = translatable(
    "Your telephone rings: answer and press 1, and the person is called. If you do not take it, the callback waits in "
    "the queue, and a person of the team calls back."
)
RINGS_ON_CLICK = translatable(
    "“Call back” rings your telephone first; the person is called once you have pressed 1. If you do not take it, a "
    "person of the team calls back."
)
_TOO_MANY = translatable("This number has been called back too often today; call by hand.")
CALLED_BY_MEDIATOR = translatable(
    "The queue of callbacks is the whole team's: call from your own telephone, so that nobody else learns of it."
)
_NO_NUMBER = translatable("No callback can be placed to this caller.")
_NOT_DIALLED: Mapping[NotDialledReason | None, Message] = {
    NotDialledReason.DO_NOT_CALL: translatable("This number is on the do-not-call list: it is not called back."),
    NotDialledReason.DUPLICATE: translatable("A callback to this number waits already, so there is no second one."),
}


def find_callable() -> Callable[[str | None], bool]:
    """Tells of each number whether this user may place a callback to it: there is a trunk, and the plan allows it."""
    plan = find_plan()
    if plan is None or not current_actor().may(Permission.SEE_REQUESTS) or not has_trunks(get_context().database):
        return lambda line: False
    ranges = plan.callbacks.ranges
    return lambda line: line is not None and is_in_ranges(line, ranges)


def explain_own_phone() -> str:
    """What a click does to the user's own telephone, in words; "" for a user who has none."""
    return translate(RINGS_ON_CLICK) if _find_own_agent() is not None else ""


def ask_callback(
    line: str | None,
    *,
    public_number: str | None,
    language: str | None,
    contact_id: int | None,
    request_id: int | None = None,
) -> None:
    """Puts the number in the line of callbacks, and says on the next page what happened.

    `public_number`: our number that calls; None: the first one of the plan. `request_id`: the open request that the
    callback closes, if there is one. An agent's own telephone rings first.
    """

    def place() -> str:
        plan, database, actor, at = find_plan(), get_context().database, current_actor(), get_context().clock()
        if line is None or plan is None or not find_callable()(line):
            raise NotDialled
        ours, agent_id = public_number or plan.numbers[0].e164, _find_own_agent()
        if request_id is not None:
            return inbox.call_back(database, actor, request_id, ours, at=at, agent_id=agent_id)
        spoken = language or plan.languages[0]
        person = PersonToCall(line, ours, spoken, contact_id=contact_id, agent_id=agent_id)
        return request_callback(database, actor, person, at=at)

    flash(translate(_explain_callback(place)))


def _find_own_agent() -> int | None:
    return find_own_agent(get_context().database, current_actor().user_id)


def _explain_callback(place: Callable[[], str]) -> Message:
    """Runs `place`, which gives the callback's reference; says who is put through, or why there is no callback."""
    try:
        ref = place()
    except NotDialled as error:
        return _NOT_DIALLED.get(error.reason, _NO_NUMBER)
    except TooManyCallbacks:
        return _TOO_MANY
    except CalledByMediator:
        return CALLED_BY_MEDIATOR
    except RequestTaken as error:
        return translatable("%(name)s has taken this request already.", name=error.name)
    except RequestClosed as error:
        return translatable("%(name)s has closed this request already.", name=error.name)
    return RINGS_FIRST if will_ring_own_phone(get_context().database, ref, at=get_context().clock()) else IN_LINE
