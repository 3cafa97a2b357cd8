"""The caller is greeted, hears the menu and the message of the day, and is sent where he wants to go."""

from agi.arrival import arrival
from agi.call import Call
from agi.entries import Closed, Opened
from agi.flows.message import play_message
from agi.memory import House, Memory
from dialplan import names
from records.events import CallEventKind, Ending
from records.switches import SwitchName
from routing.closed_words import closed_prompts
from routing.menus import Lost, Miss, after_key, after_miss
from routing.overflow import share_draw
from routing.plan import Number
from routing.sentences import greeting_key, menu_keys, price_key


def reception(call: Call, memory: Memory) -> None:
    """Talks until the caller has chosen a destination, or is lost and goes to the menu's own.

    The plan is the one in force when the call began; the message is the one on air when its key is pressed.
    """
    house = memory.house
    number = house.number(call.landing)
    call.speak(number.language)
    call.write_down(Opened(arrival(call, house)))  # the card is found or made while the greeting is heard
    closed = _if_closed(call, house, number)
    if closed and number.surcharged:
        return _refuse_free_of_charge(call, closed)
    if number.price_text:
        call.say_free(price_key(number))
    if number.surcharged:
        call.answer()
        call.note(CallEventKind.CHARGED)
    menu, misses, key = house.plan.menus[number.menu], 0, None
    prompts = [greeting_key(number), *closed, *menu_keys(menu)]
    while True:
        key = key or call.ask(prompts, menu.first_key_s)
        choice = after_key(menu, key) if key else None
        if choice is None:
            misses += 1
            call.note(CallEventKind.WRONG_KEY if key else CallEventKind.SILENCE, key=key, menu=menu.name)
            match after_miss(menu, misses, Miss.WRONG if key else Miss.SILENCE):
                case Lost(destination):
                    return call.route(destination)
                case reprompt:
                    prompts, key = [reprompt.prompt_key, *menu_keys(menu)], None
            continue
        misses = 0
        call.note(CallEventKind.KEY, key=key, menu=menu.name)
        if choice.to:
            return call.route(choice.to)
        key = play_message(call, memory.house, house.plan.slots[choice.play]) if choice.play else None
        prompts = [*menu_keys(menu)]


def _if_closed(call: Call, house: House, number: Number) -> list[str]:
    switched, draw = house.switches[SwitchName.OVERFLOW].on, share_draw(call.ref)
    return closed_prompts(house.plan, number, call.now, closed_now=house.closed_now, switched=switched, draw=draw)


def _refuse_free_of_charge(call: Call, closed: list[str]) -> None:
    """Who calls a surcharged number in vain pays nothing: he is told as early media, and never answered."""
    call.say_free(*closed)
    call.write_down(Closed(call.ref, call.now, Ending.REFUSED))
    call.channel.set_variables(**{names.ROUTE: names.REFUSAL})
