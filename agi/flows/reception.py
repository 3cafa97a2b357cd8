"""The caller is greeted, hears the menu and the message of the day, and is sent where he wants to go."""

from agi.call import Call
from agi.flows.message import play_message
from agi.memory import House, Memory
from records import calls
from records.events import CallEventKind
from routing.destinations import Destination
from routing.hours import is_open
from routing.menus import Lost, Miss, after_key, after_miss
from routing.numbers import caller_line
from routing.plan import Number
from routing.reopening import reopening_key
from routing.sentences import greeting_key, menu_keys


def reception(call: Call, memory: Memory) -> None:
    """Talks until the caller has chosen a destination, or is lost and goes to the menu's own.

    The plan is the one in force when the call began; the message is the one on air when its key is pressed.
    """
    house = memory.house
    number = house.plan.number_landing_at(call.landing) or house.plan.numbers[0]
    call.speak(number.language)
    _write_down(call, house, number)
    menu, misses, key = house.plan.menus[number.menu], 0, None
    prompts = [greeting_key(number), *_if_closed(call, house, number), *menu_keys(menu)]
    while True:
        key = key or call.ask(prompts, menu.first_key_s)
        choice = after_key(menu, key) if key else None
        if choice is None:
            misses += 1
            call.note(CallEventKind.WRONG_KEY if key else CallEventKind.SILENCE, key=key, menu=menu.name)
            match after_miss(menu, misses, Miss.WRONG if key else Miss.SILENCE):
                case Lost(destination):
                    return call.route(_while_open(destination, call, house, number))
                case reprompt:
                    prompts, key = [reprompt.prompt_key, *menu_keys(menu)], None
            continue
        misses = 0
        call.note(CallEventKind.KEY, key=key, menu=menu.name)
        if choice.to:
            return call.route(_while_open(choice.to, call, house, number))
        key = play_message(call, memory.house, house.plan.slots[choice.play]) if choice.play else None
        prompts = [*menu_keys(menu)]


def _write_down(call: Call, house: House, number: Number) -> None:
    """The contact card is found or created while the greeting is heard."""
    caller = None if call.withheld else caller_line(call.caller, house.plan.country)
    at = call.now
    call.write_down(
        lambda base: calls.open_call(
            base,
            call.ref,
            landing=call.landing,
            public_number=number.public,
            caller=caller,
            withheld=call.withheld,
            language=number.language,
            plan_version=house.plan_version,
            at=at,
        )
    )


def _if_closed(call: Call, house: House, number: Number) -> list[str]:
    reopening = reopening_key(house.plan.hours[number.hours], call.now, house.plan.timezone)
    return ["closed", reopening] if reopening else []


def _while_open(destination: Destination, call: Call, house: House, number: Number) -> Destination:
    """Outside opening hours nobody answers: who asks for a person leaves his words."""
    closed = not is_open(house.plan.hours[number.hours], call.now, house.plan.timezone)
    return Destination.VOICEMAIL if closed and destination is Destination.STAFF else destination
