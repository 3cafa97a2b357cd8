"""What checks of the plan know of the people here, and how they say what they found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from records.check_result import CheckResult
from records.staff.agents import Agent
from records.users.users import User
from routing.menus import list_menus_of_number
from routing.plan.model import Plan
from translations.message import Message, translatable

NEVER_OPEN_FOR = timedelta(days=60)
"""Hours that open nothing for so long are a mistake."""
EDIT = translatable("Change it in the console (Call plan), or by `standardiste plan publish`.")


@dataclass(frozen=True, slots=True)
class Team:
    """Who works here. `has_trunk`: callbacks can be placed; `has_pin`: a user has chosen a PIN for the staff line."""

    agents: tuple[Agent, ...] = ()
    users: tuple[User, ...] = ()
    has_trunk: bool = False
    has_pin: bool = False


Check = Callable[[Plan, Team, datetime], Iterator[CheckResult]]


def advice(name: str, message: Message, remedy: Message = EDIT) -> CheckResult:
    """Something to look at that stops no call."""
    return CheckResult(name, True, message, remedy)


def list_heard_menus(plan: Plan) -> dict[str, None]:
    """The names of the menus that a caller of any number can reach."""
    return dict.fromkeys(name for number in plan.numbers for name in list_menus_of_number(plan, number))
