"""Which overflow centres a call is offered to, and in which order: by contract, hours, priority and share."""

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from routing.plan.model import OverflowCentre, Plan
from routing.quoting import list_with_and
from translations.message import Message, OwnText, translatable

Titles = Callable[[str], Message | OwnText | str]
"""What people call the centre of this name."""


@dataclass(frozen=True, slots=True)
class CentreChoice:
    """The centres of one call: `order` is that in which they are tried.

    Those that are `closed` by their hours, and those `without_contract` on that day, are not.
    """

    order: tuple[OverflowCentre, ...]
    closed: tuple[OverflowCentre, ...] = ()
    without_contract: tuple[OverflowCentre, ...] = ()

    @property
    def detail(self) -> dict[str, object]:
        """The choice as the call's record holds it; `tell_choice` reads it."""
        return {
            "order": [
                {"centre": each.name, "priority": each.contract.priority, "share": each.contract.share}
                for each in self.order
            ],
            "closed": [each.name for each in self.closed],
            "without_contract": [each.name for each in self.without_contract],
        }


def choose_centres(plan: Plan, call_ref: str, at: datetime) -> CentreChoice:
    """The centres for this call, of which the next one is tried when one is full, skipped or does not answer.

    A centre is left out before the first and after the last day of its contract, and outside its hours. A lower
    priority comes first. Among those of one priority the call's own draw decides: each centre with a share comes first
    for its part of the calls, in proportion to the shares of all that are open, and so on for the second place among
    the others. Centres without a share follow, in the order of the plan. The same call always gets the same order, and
    a centre that is left out changes nothing between the others.
    """
    found = sort_centres(plan, at)
    order = sorted(found.order, key=lambda centre: (centre.contract.priority, _lot(centre, call_ref)))
    return replace(found, order=tuple(order))


def sort_centres(plan: Plan, at: datetime) -> CentreChoice:
    """The centres that take calls at this moment, by priority and then as the plan has them; and those that do not."""
    today = _day(plan, at)
    with_contract = [each for each in plan.overflow.centres if each.contract.is_in_force(today)]
    return CentreChoice(
        tuple(order_without_call(each for each in with_contract if _is_open(plan, each, at))),
        tuple(each for each in with_contract if not _is_open(plan, each, at)),
        tuple(each for each in plan.overflow.centres if not each.contract.is_in_force(today)),
    )


def is_any_open(plan: Plan, at: datetime) -> bool:
    """Whether a centre takes calls at this moment; False without a centre."""
    today = _day(plan, at)
    return any(each.contract.is_in_force(today) and _is_open(plan, each, at) for each in plan.overflow.centres)


def order_without_call(centres: Iterable[OverflowCentre]) -> list[OverflowCentre]:
    """The order in which the dialplan tries them while Python does not answer: by priority, then as the plan has them.

    The dialplan knows neither hours nor shares; it passes over a centre outside the days of its contract.
    """
    return sorted(centres, key=lambda centre: centre.contract.priority)


def tell_choice(detail: Mapping[str, object], title: Titles) -> Message | None:
    """The recorded choice in words; None where there was nothing to choose."""
    names, left_out = tell_places(detail, title), tell_left_out(detail, title)
    if len(names) < 2 and not left_out:
        return None
    told = translatable("No overflow centre took calls at that hour.")
    if names:
        told = translatable("The overflow centres for this call, in order: %(names)s.", names=list_with_and(names))
    for reason in left_out:
        told = translatable("%(first)s %(second)s", first=told, second=reason)
    return told


def tell_left_out(detail: Mapping[str, object], title: Titles) -> list[Message]:
    """A sentence for each reason why centres are not tried."""
    reasons = {
        "closed": translatable("Closed by its hours: %(names)s."),
        "without_contract": translatable("Without a contract on that day: %(names)s."),
    }
    told = []
    for reason, message in reasons.items():
        found = detail.get(reason)
        if names := [_as_message(title(str(name))) for name in found] if isinstance(found, list) else []:
            told.append(Message(message.text, {"names": list_with_and(names)}))
    return told


def tell_places(detail: Mapping[str, object], title: Titles) -> list[Message]:
    """The centres in order, each with its place and its share where there are several."""
    order = _list_order(detail)
    return [_tell_place(each, title, len(order)) for each in order]


def _tell_place(each: Mapping[str, object], title: Titles, count: int) -> Message:
    name, share = title(str(each.get("centre", "?"))), each.get("share")
    if count == 1:
        return _as_message(name)
    if share:
        words = translatable("%(name)s (place %(priority)s, %(share)s %% of the calls for it)", share=share)
    else:
        words = translatable("%(name)s (place %(priority)s)")
    return Message(words.text, {**words.values, "name": name, "priority": each.get("priority", 1)})


def _as_message(name: Message | OwnText | str) -> Message:
    return Message("%(name)s", {"name": name})


def _list_order(detail: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    order = detail.get("order")
    return [each for each in order if isinstance(each, Mapping)] if isinstance(order, list) else []


def _day(plan: Plan, at: datetime) -> date:
    return at.astimezone(plan.timezone).date()


def _is_open(plan: Plan, centre: OverflowCentre, at: datetime) -> bool:
    calendar = plan.calendars.get(centre.contract.hours) if centre.contract.hours else None
    return calendar is None or calendar.is_open(at)


def _lot(centre: OverflowCentre, call_ref: str) -> float:
    """The centre with the lowest lot comes first: with share s of a sum S this happens in s/S of all calls.

    The lots are exponentially distributed with the share as their rate, so that of any set of centres each is
    the lowest in proportion to its share (Efraimidis and Spirakis, 2006).
    """
    share = centre.contract.share
    if not share:
        return math.inf  # Python's sort is stable: they keep the order of the plan
    digest = hashlib.sha256(f"centre {centre.name} {call_ref}".encode()).digest()
    return -math.log((int.from_bytes(digest[:6]) + 1) / (2**48 + 1)) / share
