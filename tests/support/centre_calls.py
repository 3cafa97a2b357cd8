"""Calls that the centre `north` was given, for tests."""

from datetime import datetime, timedelta

from recorded_calls import record_call

from records.call_events import CallEvent, CallEventKind, Disposition
from records.calls import calls
from records.database.engine import Database


def hand_over(database: Database, number: int, at: str, ring_s: int | None = 4, talk_s: int = 120) -> str:
    """A call to the centre that rang for so long and talked for so long; gives the reference that the centre got."""
    reference, begun = f"{number:032x}", datetime.fromisoformat(at)
    record_call(database, f"{number}.1", begun)
    because = {"because": "3 waiting > 2, 0 staff ready of 2", "hand_over": True, "when": "entry"}
    events = [
        CallEvent(begun, CallEventKind.OVERFLOW_DECIDED, because),
        CallEvent(begun, CallEventKind.CENTRE_DIALLED, {"centre": "north", "reference": reference}),
    ]
    end = begun + timedelta(seconds=30)
    if ring_s is not None:
        answered = begun + timedelta(seconds=ring_s)
        events.append(CallEvent(answered, CallEventKind.CENTRE_ANSWERED, {"centre": "north"}))
        end = answered + timedelta(seconds=talk_s)
    calls.add_events(database, f"{number}.1", events)
    calls.close_call(database, f"{number}.1", at=end, disposition=Disposition.OVERFLOW, cause="16")
    return reference
