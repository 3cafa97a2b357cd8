"""What the keys of a menu lead to at a moment: a menu announces that, and nothing that is not so now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from routing.closed_prompts import reaches_centre
from routing.destinations import Destination
from routing.hours.opening import get_opening_state
from routing.languages import LocalizedText
from routing.overrides import ManualOverrides
from routing.plan.model import Plan, PublicNumber


@dataclass(frozen=True, slots=True)
class MenuMoment:
    """`person`: who asks for a person is put through, to the team or to a centre; `callbacks`: we can call back."""

    person: bool = True
    callbacks: bool = True


ANY_TIME = MenuMoment()
"""A moment at which each key leads to what the plan says."""


class Wording(StrEnum):
    """How a key is announced; the values are parts of prompt keys."""

    OF_PLAN = ""
    MESSAGE_OR_CALLBACK = "closed"
    MESSAGE = "voicemail"


WORDINGS: Mapping[Wording, LocalizedText] = {
    Wording.MESSAGE_OR_CALLBACK: {
        "fr": "Pour laisser un message ou être rappelé",
        "en": "To leave a message or be called back",
    },
    Wording.MESSAGE: {"fr": "Pour laisser un message", "en": "To leave a message"},
}
"""What a key leads to that leads to the team at other times (the contexts [offer-callback] and [voicemail])."""

MOMENTS = (ANY_TIME, MenuMoment(person=False), MenuMoment(person=False, callbacks=False))
"""All that change the wording of a key; `callbacks` alone removes keys."""


def find_moment(
    plan: Plan, number: PublicNumber, now: datetime, overrides: ManualOverrides, draw: float, *, callbacks: bool = True
) -> MenuMoment:
    """The moment `now` at one of the plan's numbers.

    Six parameters: four say when and where, `draw` belongs to the call (QueueState), `callbacks` to the machine.
    """
    is_open = get_opening_state(plan.get_calendar(number), now, overrides).is_open
    return MenuMoment(is_open or reaches_centre(plan, overrides, draw, now, is_open=False), callbacks)


def find_wording(destination: Destination | None, moment: MenuMoment) -> Wording | None:
    """How a key with this destination is announced; None: it is not, because it does not work now."""
    if destination is Destination.CALLBACK and not moment.callbacks:
        return None
    if destination is Destination.STAFF and not moment.person:
        return Wording.MESSAGE_OR_CALLBACK if moment.callbacks else Wording.MESSAGE
    return Wording.OF_PLAN
