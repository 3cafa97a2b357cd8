"""The caller chose the staff: the queue of the caller's language, an overflow centre, or the offer of a callback."""

from agi.call import Call
from agi.config_snapshot import ConfigSnapshot, SnapshotReader
from dialplan import names
from records.call_events import AwayReason, CallEventKind
from routing.destinations import Destination
from routing.hours.opening import get_opening_state
from routing.languages import LANGUAGES
from routing.queue.centre_choice import is_any_open
from routing.queue.overflow import decide_overflow
from routing.queue.queue_state import QueueLoad, QueueState, build_queue_state
from routing.queue.wait_estimate import wait_prompt_key

_NO_MEMBERS = ("JOINEMPTY", "LEAVEEMPTY")


def route_to_staff(call: Call, snapshots: SnapshotReader) -> None:
    """Argument 4: QUEUESTATUS after Queue(), "" before it. Without a route the dialplan enters Queue()."""
    snapshot, queue_status = snapshots.current, call.channel.argument(4)
    if queue_status and queue_status not in _NO_MEMBERS:  # ami/queue/overflow.py has decided each second of the wait
        return _route_to_context(call, names.NO_AGENT)
    state = _queue_state(call, snapshot, no_members=queue_status in _NO_MEMBERS)
    decision = decide_overflow(snapshot.plan.overflow, state)
    if snapshot.plan.overflow.centres:
        when = "waiting" if queue_status == "LEAVEEMPTY" else "entry"
        call.add_event(CallEventKind.OVERFLOW_DECIDED, because=decision.reason, hand_over=decision.hand_over, when=when)
    if decision.hand_over:
        call.route(Destination.OVERFLOW)
    elif queue_status or not state.is_open:
        call.add_event(CallEventKind.STAFF_AWAY, because=_find_away_reason(call, snapshot, is_open=state.is_open))
        _route_to_context(call, names.NO_AGENT if state.is_open else names.OFFER_CALLBACK)
    elif state.estimated_wait_s:
        call.channel.set_variables(**{names.WAIT_NOTICE: f"&{wait_prompt_key(state.estimated_wait_s)}"})


def _find_away_reason(call: Call, snapshot: ConfigSnapshot, *, is_open: bool) -> AwayReason:
    if is_open:
        return AwayReason.NOBODY
    closed = snapshot.get_overrides(snapshot.dialled_number(call.landing), call.now).closed
    return AwayReason.CLOSED_BY_HAND if closed else AwayReason.CLOSED


def _route_to_context(call: Call, context: str) -> None:
    call.channel.set_variables(**{names.ROUTE: context})


def _queue_state(call: Call, snapshot: ConfigSnapshot, *, no_members: bool) -> QueueState:
    """The state of the queue for a caller who is about to enter it.

    QUEUE_MEMBER counts paused members as logged in, unless all are paused: Queue() then ends with JOINEMPTY or
    LEAVEEMPTY, which is `no_members`. Members of every language count here, and as ready also those who have lengthened
    their wrap-up; ami/queue/overflow.py leaves out those whose penalty excludes them once the caller waits.
    """
    logged, ready, waiting, *others = map(int, call.channel.evaluate(_queue_expression(call.language)).split(","))
    taking, ready = (0, 0) if no_members else (logged, ready)
    number = snapshot.dialled_number(call.landing)
    calendar, overrides = snapshot.plan.get_calendar(number), snapshot.get_overrides(number, call.now)
    return build_queue_state(
        QueueLoad(taking, ready, waiting, others, snapshot.handling_time_s, snapshot.plan.staff.wrapup_s),
        call.ref,
        waited_s=0.0,
        is_open=get_opening_state(calendar, call.now, overrides).is_open,
        overflow_forced=overrides.overflow is not None,
        centre_open=is_any_open(snapshot.plan, call.now),
    )


def _queue_expression(language: str) -> str:
    """Evaluates to: members logged in, members ready and callers of this language's queue, callers of the others."""
    queue = names.STAFF_QUEUE_PREFIX + language
    others = (names.STAFF_QUEUE_PREFIX + other for other in LANGUAGES if other != language)
    waiting = ",".join(f"${{QUEUE_WAITING_COUNT({name})}}" for name in (queue, *others))
    return f"${{QUEUE_MEMBER({queue},logged)}},${{QUEUE_MEMBER({queue},ready)}},{waiting}"
