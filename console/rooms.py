"""The rooms of the console, in the order of its navigation."""

from dataclasses import dataclass

from records.viewer import Viewer
from routing.permissions import Right


@dataclass(frozen=True, slots=True)
class Room:
    """`endpoint`: its first page; `right`: who has it sees the room. Its name is the word `room-<blueprint>`."""

    endpoint: str
    right: Right

    @property
    def word(self) -> str:
        return f"room-{self.endpoint.partition('.')[0]}"


ROOMS = (
    Room("message.now", Right.HEAR_MESSAGES),
    Room("prompts.listing", Right.HEAR_MESSAGES),
    Room("plan.seen", Right.SEE_PLAN),
    Room("people.everybody", Right.MANAGE_PEOPLE),
    Room("changes.latest", Right.SEE_CHANGES),
)


def rooms_of(viewer: Viewer) -> tuple[Room, ...]:
    return tuple(room for room in ROOMS if viewer.may(room.right))
