"""What would happen to a call: the decisions that a call meets, taken beforehand for any plan, number and moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from routing.closed_prompts import list_closed_prompts
from routing.destinations import Destination
from routing.messages import BlackoutPeriod, MessageVersion, OnAir, find_on_air
from routing.plan.model import MenuChoice, Plan, PublicNumber
from routing.queue.overflow import list_destinations
from routing.queue.queue_state import QueueState
from routing.sentences import greeting_prompt_key, menu_prompt_keys, price_prompt_key

DRAW_ABOVE_ANY_SHARE = 0.9999
"""A draw beyond any share of calls that is handed over by chance."""


@dataclass(frozen=True, slots=True)
class SimulatedKey:
    """What a key does then: `message` is what it plays; `staffed` and `unstaffed`: where who wants a person is led, in
    order, with somebody of the team free and with nobody at work."""

    choice: MenuChoice
    message: OnAir | None = None
    destinations_when_staffed: tuple[Destination, ...] = ()
    destinations_when_unstaffed: tuple[Destination, ...] = ()


@dataclass(frozen=True, slots=True)
class SimulatedCall:
    """`prompts`: what is spoken until a key is pressed, by key. Who is not `answered` is told free of charge that we
    are closed, which ends the call: there are no `keys`."""

    number: PublicNumber
    at: datetime
    is_open: bool
    answered: bool
    prompts: tuple[str, ...]
    keys: tuple[SimulatedKey, ...]


def simulate_call(
    plan: Plan,
    number: PublicNumber,
    at: datetime,
    *,
    forced_closed: bool = False,
    overflow_forced: bool = False,
    messages: Iterable[MessageVersion] = (),
    blackout_periods: Iterable[BlackoutPeriod] = (),
) -> SimulatedCall:
    """A call to `number` at `at`. `closed_now`: the house is closed by hand; `switched`: all calls go to the centre."""
    opened = plan.get_calendar(number).is_open(at) and not forced_closed
    closed = list_closed_prompts(
        plan, number, at, forced_closed=forced_closed, overflow_forced=overflow_forced, draw=DRAW_ABOVE_ANY_SHARE
    )
    if closed and number.surcharged:
        return SimulatedCall(number, at, opened, False, tuple(closed), ())
    menu, price = plan.menus[number.menu], [price_prompt_key(number)] if number.price_text else []
    ways = [_list_destinations(plan, opened, overflow_forced, team) for team in (1, 0)]
    heard, silences = tuple(messages), tuple(blackout_periods)

    def key(choice: MenuChoice) -> SimulatedKey:
        if choice.announcement:
            slot = plan.announcements[choice.announcement]
            return SimulatedKey(choice, find_on_air(heard, slot.name, at, slot.when_none_valid, silences))
        return SimulatedKey(choice, None, *ways) if choice.destination is Destination.STAFF else SimulatedKey(choice)

    prompts = (*price, greeting_prompt_key(number), *closed, *menu_prompt_keys(menu))
    return SimulatedCall(number, at, opened, True, prompts, tuple(map(key, menu.choices)))


def _list_destinations(plan: Plan, opened: bool, switched: bool, team: int) -> tuple[Destination, ...]:
    return list_destinations(
        plan, QueueState(team, team, 0, 0.0, 0.0, is_open=opened, overflow_forced=switched, draw=DRAW_ABOVE_ANY_SHARE)
    )
