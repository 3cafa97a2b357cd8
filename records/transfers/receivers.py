"""To whom a caller can be handed over, and who of them could take the call now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from records.calls.live_calls import list_live_calls
from records.database.engine import Database
from records.endpoint_states import list_endpoint_states
from records.staff.presence import Presence, PresenceState, list_presences
from records.staff.wrapups import find_wrapup_end


class ReceiverState(StrEnum):
    FREE = "free"
    TALKING = "talking"
    WRAPUP = "wrapup"
    PAUSED = "paused"
    OUT = "out"
    NO_TELEPHONE = "no_telephone"
    """Their desk phone is not registered."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """An agent to whom a caller may be handed over."""

    presence: Presence
    state: ReceiverState

    @property
    def is_free(self) -> bool:
        return self.state is ReceiverState.FREE


def list_receivers(database: Database, at: datetime) -> tuple[Receiver, ...]:
    """Every agent, by name, with whether they could take a call at `at`."""
    talking = list_live_calls(database, at).talking
    endpoints = list_endpoint_states(database, at=at)
    reachable = {name for name, known in endpoints.items() if known.is_reachable}

    def state(one: Presence) -> ReceiverState:
        if one.state is PresenceState.OUT:
            return ReceiverState.OUT
        if one.sip_account in talking:
            return ReceiverState.TALKING
        if one.state is PresenceState.PAUSED:
            return ReceiverState.PAUSED
        if find_wrapup_end(one, at):
            return ReceiverState.WRAPUP
        # While nobody knows what is registered, a telephone counts as being there: it is tried.
        if not one.outside_number and endpoints and one.sip_account not in reachable:
            return ReceiverState.NO_TELEPHONE
        return ReceiverState.FREE

    return tuple(Receiver(one, state(one)) for one in sorted(list_presences(database), key=lambda one: one.name))


def count_free(receivers: Iterable[Receiver], level: int, language: str, *, without: int) -> int:
    """How many agents of this level who speak the caller's language could take the call; `without`: who hands over."""
    return sum(
        one.is_free
        and one.presence.rank == level
        and language in one.presence.speaks
        and one.presence.agent_id != without
        for one in receivers
    )
