"""The caller hears the greeting, the menu and announcements, and is routed to the destination they choose."""

from agi.arrival import build_arrival, caller_kind
from agi.call import Call
from agi.config_snapshot import ConfigSnapshot, SnapshotReader
from agi.flows.menus import MenuWalk
from agi.pending_writes import CallClosed, CallOpened
from dialplan import names
from records.call_events import CallEventKind, Disposition
from routing.closed_prompts import list_closed_prompts, list_notices
from routing.numbers import NumberKind
from routing.plan.model import PublicNumber
from routing.sentences import greeting_prompt_key, price_prompt_key
from routing.shares import share_draw


def receive_call(call: Call, snapshots: SnapshotReader) -> None:
    """Greets the caller and plays menus until they are routed, or tells them before the answer that nobody is there.

    The plan is the one in force when the call began; the message is the one on air when its key is pressed.
    """
    snapshot = snapshots.current
    number = snapshot.dialled_number(call.landing)
    call.set_language(number.language)
    call.write(CallOpened(build_arrival(call, snapshot)))  # the contact is found or created during the greeting
    _record_unusual_caller(call, snapshot)
    closed = _closed_prompts(call, snapshot, number)
    if closed and number.surcharged:
        return _refuse_before_answer(call, closed)
    if number.price_text:
        call.say_as_early_media(price_prompt_key(number))
    if number.surcharged:
        call.answer()
        call.add_event(CallEventKind.CHARGED)
    notices = list_notices(number, snapshot.get_overrides(number, call.now))
    MenuWalk(call, snapshots, snapshot, number).run([greeting_prompt_key(number), *closed, *notices])


def _record_unusual_caller(call: Call, snapshot: ConfigSnapshot) -> None:
    """A machine (an alarm, a lift) or a service's short code called: nobody can be called back there."""
    kind = caller_kind(call, snapshot)
    if kind is NumberKind.SHORT:
        call.add_event(CallEventKind.CALLER_IS_NO_PERSON, caller=kind, number=call.caller)
    elif kind is NumberKind.MACHINE:
        call.add_event(CallEventKind.CALLER_IS_NO_PERSON, caller=kind)


def _closed_prompts(call: Call, snapshot: ConfigSnapshot, number: PublicNumber) -> list[str]:
    overrides = snapshot.get_overrides(number, call.now)
    return list_closed_prompts(snapshot.plan, number, call.now, overrides, share_draw(call.ref))


def _refuse_before_answer(call: Call, prompts: list[str]) -> None:
    """A caller who finds a surcharged number closed pays nothing: the prompts are early media, without an answer."""
    call.say_as_early_media(*prompts)
    call.write(CallClosed(call.ref, call.now, Disposition.REFUSED))
    call.channel.set_variables(**{names.ROUTE: names.REJECT_CLOSED})
