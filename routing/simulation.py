"""The simulation of a call: what a plan does with a call to a number at a given time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from routing.closed_prompts import list_closed_prompts, list_notices
from routing.destinations import Destination
from routing.hours.opening import get_opening_state
from routing.menu_outcomes import find_moment
from routing.menus import get_menu, without_callbacks
from routing.messages import BlackoutPeriod, MessageVersion, OnAir, find_on_air
from routing.overrides import NO_OVERRIDES, ManualOverrides
from routing.plan.model import Menu, MenuChoice, Plan, PublicNumber
from routing.queue.centre_choice import CentreChoice, sort_centres
from routing.queue.overflow import list_destinations
from routing.queue.queue_state import QueueState
from routing.satisfaction import SatisfactionQuestion
from routing.sentences import greeting_prompt_key, menu_prompt_keys, price_prompt_key

DRAW_ABOVE_ANY_SHARE = 0.9999
"""A draw that no share of calls includes, so that a simulated call is never handed over by chance."""


@dataclass(frozen=True, slots=True)
class SimulatedKey:
    """What a key does. `message` is what it plays; `below` are the keys of the submenu to which it leads.

    A submenu is described once, for the first key that leads there.

    The destinations are those of a caller who wants a person, in order: with an agent free, and with none logged in.
    A key that `is_offered` no longer is neither announced nor known: it leads to a callback that nobody can place.
    """

    choice: MenuChoice
    message: OnAir | None = None
    destinations_when_staffed: tuple[Destination, ...] = ()
    destinations_when_unstaffed: tuple[Destination, ...] = ()
    below: "tuple[SimulatedKey, ...]" = ()
    is_offered: bool = True


@dataclass(frozen=True, slots=True)
class SimulatedCall:
    """A simulated call: the keys of the prompts before the first key press, and what each key does.

    A call that is not `answered` hears the prompts free of charge, then ends: it has no `keys`.
    `centres`: the overflow centres that take calls at that moment. `questions` may be asked once somebody has answered
    and hung up.
    """

    number: PublicNumber
    at: datetime
    is_open: bool
    answered: bool
    prompts: tuple[str, ...]
    keys: tuple[SimulatedKey, ...]
    centres: CentreChoice
    questions: tuple[SatisfactionQuestion, ...] = ()


@dataclass(frozen=True, slots=True)
class CallConditions:
    """What a call meets beside the plan. `callbacks`: a trunk places calls, so that we can call back."""

    overrides: ManualOverrides = NO_OVERRIDES
    messages: Sequence[MessageVersion] = ()
    blackout_periods: Sequence[BlackoutPeriod] = ()
    callbacks: bool = True


NO_CONDITIONS = CallConditions()


def simulate_call(
    plan: Plan,
    number: PublicNumber,
    at: datetime,
    conditions: CallConditions = NO_CONDITIONS,
) -> SimulatedCall:
    """A call to `number` at `at`."""
    overrides, callbacks = conditions.overrides, conditions.callbacks
    open_now = get_opening_state(plan.get_calendar(number), at, overrides).is_open
    centres = sort_centres(plan, at)
    closed = list_closed_prompts(plan, number, at, overrides, DRAW_ABOVE_ANY_SHARE)
    if closed and number.surcharged:
        return SimulatedCall(number, at, open_now, False, tuple(closed), (), centres)
    menu = get_menu(plan, number.menu, is_submenu=False)
    price = [price_prompt_key(number)] if number.price_text else []
    is_forced = overrides.overflow is not None
    states = [_queue_state(agents, open_now, is_forced, centre_open=bool(centres.order)) for agents in (1, 0)]
    destinations = [list_destinations(plan, state, callbacks=callbacks) for state in states]
    versions, blackouts = tuple(conditions.messages), tuple(conditions.blackout_periods)

    described: set[str] = set()

    def keys_of(menu: Menu) -> tuple[SimulatedKey, ...]:
        described.add(menu.name)
        offered = menu if callbacks else without_callbacks(menu)
        return tuple(key(choice, choice in offered.choices) for choice in menu.choices)

    def key(choice: MenuChoice, is_offered: bool) -> SimulatedKey:
        if choice.menu and choice.menu not in described:
            return SimulatedKey(choice, below=keys_of(get_menu(plan, choice.menu, is_submenu=True)))
        if choice.announcement:
            played = plan.announcements[choice.announcement]
            return SimulatedKey(choice, find_on_air(versions, played.name, at, played.when_none_valid, blackouts))
        return (
            SimulatedKey(choice, None, destinations[0], destinations[1])
            if choice.destination is Destination.STAFF
            else SimulatedKey(choice, is_offered=is_offered)
        )

    moment = find_moment(plan, number, at, overrides, DRAW_ABOVE_ANY_SHARE, callbacks=callbacks)
    before = (*price, greeting_prompt_key(number), *closed, *list_notices(number, overrides))
    prompts = (*before, *menu_prompt_keys(menu, moment))
    questions = plan.satisfaction.questions if plan.satisfaction.is_on and not number.surcharged else ()
    return SimulatedCall(number, at, open_now, True, prompts, keys_of(menu), centres, questions)


def _queue_state(agents: int, is_open: bool, overflow_forced: bool, *, centre_open: bool) -> QueueState:
    switches = {"is_open": is_open, "overflow_forced": overflow_forced, "centre_open": centre_open}
    return QueueState(agents, agents, 0, 0.0, 0.0, draw=DRAW_ABOVE_ANY_SHARE, **switches)
