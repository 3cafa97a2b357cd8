"""The simulation of a call: what a plan does with a call to a number at a given time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from routing.closed_prompts import list_closed_prompts
from routing.destinations import Destination
from routing.messages import BlackoutPeriod, MessageVersion, OnAir, find_on_air
from routing.overrides import NO_OVERRIDES, ManualOverrides
from routing.plan.model import MenuChoice, Plan, PublicNumber
from routing.queue.overflow import list_destinations
from routing.queue.queue_state import QueueState
from routing.sentences import greeting_prompt_key, menu_prompt_keys, price_prompt_key

DRAW_ABOVE_ANY_SHARE = 0.9999
"""A draw that no share of calls includes, so that a simulated call is never handed over by chance."""


@dataclass(frozen=True, slots=True)
class SimulatedKey:
    """What a key does. `message` is what it plays.

    The destinations are those of a caller who wants a person, in order: with an agent free, and with none logged in.
    """

    choice: MenuChoice
    message: OnAir | None = None
    destinations_when_staffed: tuple[Destination, ...] = ()
    destinations_when_unstaffed: tuple[Destination, ...] = ()


@dataclass(frozen=True, slots=True)
class SimulatedCall:
    """A simulated call: the keys of the prompts before the first key press, and what each key does.

    A call that is not `answered` hears the prompts free of charge, then ends: it has no `keys`.
    """

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
    overrides: ManualOverrides = NO_OVERRIDES,
    messages: Iterable[MessageVersion] = (),
    blackout_periods: Iterable[BlackoutPeriod] = (),
) -> SimulatedCall:
    """A call to `number` at `at`, with these manual overrides, messages and blackout periods."""
    open_now = plan.get_calendar(number).is_open(at) and not overrides.closed
    closed = list_closed_prompts(plan, number, at, overrides, DRAW_ABOVE_ANY_SHARE)
    if closed and number.surcharged:
        return SimulatedCall(number, at, open_now, False, tuple(closed), ())
    menu, price = plan.menus[number.menu], [price_prompt_key(number)] if number.price_text else []
    destinations = [_list_destinations(plan, open_now, overrides.overflow, agents) for agents in (1, 0)]
    versions, blackouts = tuple(messages), tuple(blackout_periods)

    def key(choice: MenuChoice) -> SimulatedKey:
        if choice.announcement:
            played = plan.announcements[choice.announcement]
            return SimulatedKey(choice, find_on_air(versions, played.name, at, played.when_none_valid, blackouts))
        return (
            SimulatedKey(choice, None, *destinations)
            if choice.destination is Destination.STAFF
            else SimulatedKey(choice)
        )

    prompts = (*price, greeting_prompt_key(number), *closed, *menu_prompt_keys(menu))
    return SimulatedCall(number, at, open_now, True, prompts, tuple(map(key, menu.choices)))


def _list_destinations(plan: Plan, is_open: bool, overflow_forced: bool, agents: int) -> tuple[Destination, ...]:
    return list_destinations(
        plan,
        QueueState(
            agents, agents, 0, 0.0, 0.0, is_open=is_open, overflow_forced=overflow_forced, draw=DRAW_ABOVE_ANY_SHARE
        ),
    )
