"""Why a call went where it went: the version of the plan that decided, its hours at that moment, and the reasons."""

from collections.abc import Iterable, Iterator

from records.call_events import CallEvent, CallEventKind
from records.calls.call_detail import CallDetail, CallRecord
from records.database.engine import Database
from records.errors import NotFound
from records.plan import plan_versions
from routing.overrides import ALL_NUMBERS, Override, find_overrides
from routing.plan import parsing
from routing.plan.errors import PlanError
from routing.plan.model import Plan
from routing.queue.centre_choice import tell_choice


def find_plan_of_call(database: Database, call: CallRecord) -> Plan | None:
    """The version of the plan that was in force for the call; None for one that is not stored, or no longer read."""
    if call.plan_version is None:
        return None
    try:
        return parsing.parse_plan(plan_versions.get_plan_version(database, call.plan_version).text)
    except (NotFound, PlanError):
        return None


def explain_routing(detail: CallDetail, plan: Plan | None, overrides: Iterable[Override]) -> Iterator[str]:
    """Sentences, in the order of what was decided. `plan`: that of `find_plan_of_call`.

    `overrides`: those of the moment at which the call began (`records.overrides.list_overrides_at`).
    """
    if plan is None:
        yield "The version of the plan that decided is not known."
    else:
        yield f"Version {detail.call.plan_version} of the plan decided."
        yield from _explain_hours(detail.call, plan)
    yield from _explain_overrides(detail.call, overrides)
    for event in detail.events:
        if reason := _explain_event(event):
            yield reason


def _explain_hours(call: CallRecord, plan: Plan) -> Iterator[str]:
    number = next((each for each in plan.numbers if each.e164 == call.public_number), None)
    if number is None:
        yield "It has no number that was called."
        return
    calendar, at = plan.get_calendar(number), call.started_at
    special = calendar.hours.exceptions.get(calendar.local_date(at))
    state = "open" if calendar.is_open(at) else "closed"
    yield f"By its hours{' of this special day' if special else ''} the number was {state} then."


def _explain_overrides(call: CallRecord, overrides: Iterable[Override]) -> Iterator[str]:
    found = find_overrides(overrides, call.public_number or ALL_NUMBERS, call.started_at)
    if closed := found.closed:
        yield f"But {closed.by} had closed it by hand, whatever its hours."
    if opened := found.opened:
        yield f"But {opened.by} had opened it by hand, whatever its hours."
    if overflow := found.overflow:
        yield f"{overflow.by} had switched calls for staff to the overflow centre."


def _explain_event(event: CallEvent) -> str | None:
    because = event.detail.get("because") or event.detail.get("reason")
    match event.kind:
        case CallEventKind.OVERFLOW_DECIDED:
            when = "While the caller waited" if event.detail.get("when") == "waiting" else "When it came for the team"
            what = "went to the overflow centre" if event.detail.get("hand_over") else "stayed with the team"
            return f"{when} the call {what}: {because}."
        case CallEventKind.CENTRES_CHOSEN:
            return str(told) if (told := tell_choice(event.detail, str)) else None
        case CallEventKind.QUEUE_WITHDRAWN if because:
            return f"The caller was taken out of the queue: {because}."
        case CallEventKind.CENTRE_FAILED if because:
            return f"The overflow centre {event.detail.get('centre', '')} did not take the call: {because}."
        case CallEventKind.FALLBACK if because:
            return f"The dialplan served the call by itself: {because}."
        case _:
            return None
