"""An entry of a card's history in sentences: what was pressed and heard in a call, who answered, each attempt."""

from collections.abc import Iterable, Iterator, Mapping

from console.calls import story
from console.context import find_plan, get_context
from records.call_events import CallEvent, CallEventKind
from records.callbacks.attempt_results import AttemptResult
from records.callbacks.staff_actions import AttemptRecord
from records.calls.history_details import HistoryDetails
from records.contacts.contact_cards import InteractionRecord
from translations.dates import moment
from translations.message import Message, translatable
from web.language import current_language

_KEYS = (CallEventKind.KEY, CallEventKind.WRONG_KEY)
_TOLD = (
    *(CallEventKind.MESSAGE_HEARD, CallEventKind.STAFF_ANSWERED, CallEventKind.QUEUE_ABANDONED),
    *(CallEventKind.CENTRE_ANSWERED, CallEventKind.VOICEMAIL_LEFT, CallEventKind.CALLBACK_REQUESTED),
    CallEventKind.WRITTEN_UP,
)
_RESULTS: Mapping[str, Message] = {
    AttemptResult.ANSWERED: translatable("they talked"),
    AttemptResult.BUSY: translatable("the line was busy"),
    AttemptResult.NOANSWER: translatable("nobody answered"),
    AttemptResult.CONGESTION: translatable("the number could not be reached"),
    AttemptResult.REFUSED: translatable("the plan does not call this number"),
    AttemptResult.LATE: translatable("nobody was called"),
    AttemptResult.NO_KEY: translatable("answered, but no key was pressed: perhaps a machine"),
    AttemptResult.DO_NOT_CALL: translatable("they asked never to be called again"),
    AttemptResult.AGENT_GONE: translatable("nobody of the team took it"),
    AttemptResult.UNKNOWN: translatable("it is not known whether it rang"),
}
_NOT_DIALLED = translatable("nobody was called")
_UNDER_WAY = translatable("under way")


def tell_entry(entry: InteractionRecord, details: HistoryDetails) -> Iterator[Message]:
    """What happened, beside how the call ended, which stands above it."""
    yield from _tell_call(details.events.get(entry.call_ref or "", ()), details.agents)
    for note in details.notes.get(entry.call_ref or "", ()):
        yield story.tell_note(note)
    for attempt in details.attempts.get(entry.id, ()):
        yield _tell_attempt(attempt)


def _tell_call(events: Iterable[CallEvent], agents: Mapping[str, str]) -> Iterator[Message]:
    events = tuple(events)
    if keys := [str(event.detail.get("key", "?")) for event in events if event.kind in _KEYS]:
        yield translatable("Pressed %(keys)s.", keys=" ".join(keys))
    for event in events:
        if event.kind in _TOLD and (sentence := story.tell_event(event, find_plan(), agents)):
            yield sentence


def _tell_attempt(attempt: AttemptRecord) -> Message:
    result = _RESULTS.get(attempt.result, _NOT_DIALLED) if attempt.result else _NOT_DIALLED
    values = {
        "number": attempt.n,
        "when": moment(attempt.placed_at, tz=get_context().timezone(), language=current_language()),
        "result": result if attempt.ended_at else _UNDER_WAY,
    }
    return translatable("Attempt %(number)s to call back, %(when)s: %(result)s.", **values)
