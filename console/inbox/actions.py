"""What somebody does with a request: it is done, or the next page says why it is not."""

from collections.abc import Callable

from flask import flash

from records.callbacks.callback_request import CallbackNotChangeable
from records.callbacks.mediation import AnotherCallbackWaits
from records.inbox.inbox import RequestClosed, RequestTaken
from records.inbox.treatment import NotReopened
from translations.message import Message, translatable
from web.language import translate

CHOOSE_OUTCOME = translatable("Choose what became of the request; then close it.")


def explain(action: Callable[[], object], done: Message) -> Message:
    """Does it; says that it is done, or why not."""
    try:
        action()
    except RequestTaken as error:
        return translatable("%(name)s has taken this request already.", name=error.name)
    except RequestClosed as error:
        return translatable("%(name)s has closed this request already.", name=error.name)
    except CallbackNotChangeable:
        return translatable("The person is on the telephone at this moment; close the request afterwards.")
    except AnotherCallbackWaits:
        return translatable("Another callback to this number waits with the team; close one of the two first.")
    except NotReopened:
        return translatable("A callback that has ended stays closed; call the person back anew.")
    return done


def act(action: Callable[[], object], done: Message) -> None:
    """Does it; the next page says what happened."""
    flash(translate(explain(action, done)))
