"""What would happen to a call: the decisions that a call meets, taken beforehand for any plan, number and moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from routing.closed_words import closed_prompts
from routing.destinations import Destination
from routing.hours import is_open
from routing.messages import Embargo, MessageVersion, OnAir, on_air
from routing.overflow import Signals, ways_out
from routing.plan import Choice, Number, Plan
from routing.sentences import greeting_key, menu_keys, price_key

NO_SHARE = 0.9999
"""A draw beyond any share of calls that is handed over by chance."""


@dataclass(frozen=True, slots=True)
class KeyForeseen:
    """What a key does then: `message` is what it plays; `staffed` and `unstaffed`: where who wants a person is led, in
    order, with somebody of the team free and with nobody at work."""

    choice: Choice
    message: OnAir | None = None
    staffed: tuple[Destination, ...] = ()
    unstaffed: tuple[Destination, ...] = ()


@dataclass(frozen=True, slots=True)
class Foreseen:
    """`prompts`: what is spoken until a key is pressed, by key. Who is not `answered` is told free of charge that we
    are closed, which ends the call: there are no `keys`."""

    number: Number
    at: datetime
    is_open: bool
    answered: bool
    prompts: tuple[str, ...]
    keys: tuple[KeyForeseen, ...]


def foreseen(
    plan: Plan,
    number: Number,
    at: datetime,
    *,
    closed_now: bool = False,
    switched: bool = False,
    messages: Iterable[MessageVersion] = (),
    embargoes: Iterable[Embargo] = (),
) -> Foreseen:
    """A call to `number` at `at`. `closed_now`: the house is closed by hand; `switched`: all calls go to the centre."""
    opened = is_open(plan.hours[number.hours], at, plan.timezone) and not closed_now
    closed = closed_prompts(plan, number, at, closed_now=closed_now, switched=switched, draw=NO_SHARE)
    if closed and number.surcharged:
        return Foreseen(number, at, opened, False, tuple(closed), ())
    menu, price = plan.menus[number.menu], [price_key(number)] if number.price_text else []
    ways = [_ways(plan, opened, switched, team) for team in (1, 0)]
    heard, silences = tuple(messages), tuple(embargoes)

    def key(choice: Choice) -> KeyForeseen:
        if choice.play:
            slot = plan.slots[choice.play]
            return KeyForeseen(choice, on_air(heard, slot.name, at, slot.when_none, silences))
        return KeyForeseen(choice, None, *ways) if choice.to is Destination.STAFF else KeyForeseen(choice)

    prompts = (*price, greeting_key(number), *closed, *menu_keys(menu))
    return Foreseen(number, at, opened, True, prompts, tuple(map(key, menu.choices)))


def _ways(plan: Plan, opened: bool, switched: bool, team: int) -> tuple[Destination, ...]:
    return ways_out(plan, Signals(team, team, 0, 0.0, 0.0, is_open=opened, switched=switched, draw=NO_SHARE))
