"""Callbacks that staff ask for with one click, from a request, a call or a card."""

from collections.abc import Callable, Mapping

from flask import flash

from console.context import current_actor, find_plan, get_context
from console.language import translate
from records import inbox
from records.callbacks.callback_request import TooManyCallbacks
from records.callbacks.staff_request import NotDialled, PersonToCall, request_callback
from records.inbox import CalledByMediator, RequestClosed, RequestTaken
from records.trunks import has_trunks
from routing.access.permissions import Permission
from routing.callbacks.acceptance import NotDialledReason
from routing.callbacks.number_ranges import is_in_ranges
from translations.message import Message, translatable

IN_LINE = translatable("The callback is in the queue: the next free person of the team is put through.")
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
    callback closes, if there is one.
    """

    def place() -> None:
        plan, database, actor, at = find_plan(), get_context().database, current_actor(), get_context().clock()
        if line is None or plan is None or not find_callable()(line):
            raise NotDialled
        ours = public_number or plan.numbers[0].e164
        if request_id is None:
            person = PersonToCall(line, ours, language or plan.languages[0], contact_id=contact_id)
            request_callback(database, actor, person, at=at)
        else:
            inbox.call_back(database, actor, request_id, ours, at=at)

    flash(translate(explain_callback(place)))


def explain_callback(place: Callable[[], object]) -> Message:
    """Runs `place`; says that the callback is in line, or why there is none."""
    try:
        place()
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
    return IN_LINE
