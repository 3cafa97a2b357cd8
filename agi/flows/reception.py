"""The caller hears the greeting, the menu and announcements, and is routed to the destination they choose."""

from agi.arrival import build_arrival, caller_kind
from agi.call import Call
from agi.config_snapshot import ConfigSnapshot, SnapshotReader
from agi.flows.announcement import play_announcement
from agi.pending_writes import CallClosed, CallOpened
from dialplan import names
from records.call_events import CallEventKind, Disposition
from records.overrides import OverrideName
from routing.closed_prompts import list_closed_prompts
from routing.menus import InputFailure, MenuFallback, decide_after_failure, find_choice, without_callbacks
from routing.numbers import NumberKind
from routing.overrides import ManualOverrides
from routing.plan.model import PublicNumber
from routing.queue.queue_state import share_draw
from routing.sentences import greeting_prompt_key, menu_prompt_keys, price_prompt_key


def receive_call(call: Call, snapshots: SnapshotReader) -> None:
    """Plays the menu until the caller chooses a destination, or has failed too often and gets the menu's fallback.

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
    menu, misses, key = snapshot.plan.menus[number.menu], 0, None
    menu_prompts = menu_prompt_keys(menu, callbacks=snapshot.has_outbound_trunk)
    if not snapshot.has_outbound_trunk:
        menu = without_callbacks(menu)
    prompts = [greeting_prompt_key(number), *closed, *menu_prompts]
    while True:
        key = key or call.read_key(prompts, menu.first_key_s, menu_prompts)
        choice = find_choice(menu, key) if key else None
        if choice is None:
            misses += 1
            call.add_event(CallEventKind.WRONG_KEY if key else CallEventKind.SILENCE, key=key, menu=menu.name)
            match decide_after_failure(menu, misses, InputFailure.WRONG_KEY if key else InputFailure.NO_INPUT):
                case MenuFallback(destination):
                    return call.route(destination)
                case reprompt:
                    prompts, key = [reprompt.prompt_key, *menu_prompts], None
            continue
        misses = 0
        call.add_event(CallEventKind.KEY, key=key, menu=menu.name)
        if choice.destination:
            return call.route(choice.destination)
        key = None
        if choice.announcement:
            key = play_announcement(call, snapshots.current, snapshot.plan.announcements[choice.announcement])
        prompts = [*menu_prompts]


def _record_unusual_caller(call: Call, snapshot: ConfigSnapshot) -> None:
    """A machine (an alarm, a lift) or a service's short code called: nobody can be called back there."""
    kind = caller_kind(call, snapshot)
    if kind is NumberKind.SHORT:
        call.add_event(CallEventKind.CALLER_IS_NO_PERSON, caller=kind, number=call.caller)
    elif kind is NumberKind.MACHINE:
        call.add_event(CallEventKind.CALLER_IS_NO_PERSON, caller=kind)


def _closed_prompts(call: Call, snapshot: ConfigSnapshot, number: PublicNumber) -> list[str]:
    overrides = ManualOverrides(snapshot.is_closed_manually, snapshot.overrides[OverrideName.OVERFLOW].active)
    return list_closed_prompts(snapshot.plan, number, call.now, overrides, share_draw(call.ref))


def _refuse_before_answer(call: Call, prompts: list[str]) -> None:
    """A caller who finds a surcharged number closed pays nothing: the prompts are early media, without an answer."""
    call.say_as_early_media(*prompts)
    call.write(CallClosed(call.ref, call.now, Disposition.REFUSED))
    call.channel.set_variables(**{names.ROUTE: names.REJECT_CLOSED})
