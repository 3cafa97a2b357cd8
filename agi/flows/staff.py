"""The caller asked for a person: to the queue of his language, to an overflow centre, or to the offer of a callback."""

from agi.call import Call
from agi.memory import House, Memory
from dialplan import names
from records.events import CallEventKind
from records.switches import SwitchName
from routing.destinations import Destination
from routing.opening import opening
from routing.overflow import Signals, decide, share_draw
from routing.plan import LANGUAGES
from routing.waiting import estimated_wait_s, place_among, wait_key

_EMPTY = ("JOINEMPTY", "LEAVEEMPTY")


def staff(call: Call, memory: Memory) -> None:
    """Argument 4: how Queue() ended, empty before. Without a route the call goes to Queue()."""
    house, ended = memory.house, call.channel.argument(4)
    if ended and ended not in _EMPTY:  # as long as he waited, the question was asked every second (ami/overflow.py)
        return _send(call, names.NOBODY)
    signals = _signals(call, house, nobody=ended in _EMPTY)
    decision = decide(house.plan.overflow, signals)
    if house.plan.overflow.centres:
        when = "waiting" if ended == "LEAVEEMPTY" else "entry"
        call.note(CallEventKind.OVERFLOW_DECIDED, because=decision.because, hand_over=decision.hand_over, when=when)
    if decision.hand_over:
        call.route(Destination.OVERFLOW)
    elif ended or not signals.is_open:
        _send(call, names.NOBODY if signals.is_open else names.OFFER)
    elif signals.estimated_wait_s:
        call.channel.set_variables(**{names.WAIT_NOTICE: f"&{wait_key(signals.estimated_wait_s)}"})


def _send(call: Call, context: str) -> None:
    call.channel.set_variables(**{names.ROUTE: context})


def _signals(call: Call, house: House, *, nobody: bool) -> Signals:
    """As the queue stands. It counts the paused as logged in, as long as others are not; that there is `nobody` at all
    Asterisk says by not letting the caller wait. Everybody counts, whatever he speaks: whom the plan holds back from
    this caller `ami/overflow.py` leaves out as soon as he waits."""
    logged, ready, waiting, *others = map(int, call.channel.evaluate(_queues(call.language)).split(","))
    taking, ready = (0, 0) if nobody else (logged, ready)
    talk_s = house.talk_s + house.plan.staff.wrapup_s if house.talk_s else 0.0
    hours = house.plan.hours[house.number(call.landing).hours]
    return Signals(
        logged_in=taking,
        ready=ready,
        waiting=waiting,
        longest_wait_s=0.0,  # his own, as while he waits
        estimated_wait_s=estimated_wait_s(place_among(waiting + 1, others), ready, taking, talk_s),
        is_open=opening(hours, call.now, house.plan.timezone, house.closed_now).is_open,
        switched=house.switches[SwitchName.OVERFLOW].on,
        draw=share_draw(call.ref),
    )


def _queues(language: str) -> str:
    """Asks for members, ready ones and callers of this language's queue, and for the callers of the others."""
    queue = names.STAFF_QUEUE + language
    others = (names.STAFF_QUEUE + other for other in LANGUAGES if other != language)
    waiting = ",".join(f"${{QUEUE_WAITING_COUNT({name})}}" for name in (queue, *others))
    return f"${{QUEUE_MEMBER({queue},logged)}},${{QUEUE_MEMBER({queue},ready)}},{waiting}"
