"""What a call has written down: named entries, which can be kept in a file while the base cannot be written to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Generic, Literal, TypeVar

from pydantic import Field, TypeAdapter

from records import calls, people, presence
from records.base import Base
from records.events import Arrival, CallEvent, Ending
from records.people import Person
from records.presence import PresenceState

T = TypeVar("T")


class Entry(Generic[T]):
    """`durable`: once written it survives a power cut. `can_wait`: it may be written later, from a file."""

    durable: ClassVar[bool] = False
    can_wait: ClassVar[bool] = True

    def write(self, base: Base) -> T:
        raise NotImplementedError

    def meanwhile(self) -> T:
        """What `write` will give, as far as it is known without the base."""
        raise NotImplementedError


class Told(Entry[None]):
    """An entry that gives nothing back."""

    def meanwhile(self) -> None:
        return None


@dataclass(frozen=True)
class Opened(Told):
    """The call has begun."""

    arrival: Arrival
    kind: Literal["opened"] = "opened"

    def write(self, base: Base) -> None:
        calls.arrive(base, self.arrival)


@dataclass(frozen=True)
class Noted(Told):
    """Something happened in the call."""

    ref: str
    event: CallEvent
    kind: Literal["noted"] = "noted"

    def write(self, base: Base) -> None:
        calls.note(base, self.ref, [self.event])


@dataclass(frozen=True)
class Closed(Told):
    """The call is over, and we know how it ended."""

    ref: str
    at: datetime
    ending: Ending
    kind: Literal["closed"] = "closed"

    def write(self, base: Base) -> None:
        calls.close_call(base, self.ref, at=self.at, ending=self.ending, cause=None)


@dataclass(frozen=True)
class Promised(Entry[bool]):
    """The caller will be rung back (records.calls.promise_callback); False when there is no number to ring.

    It knows how the call arrived: a promise is kept whether the call is on record yet or not.
    """

    durable = True
    arrival: Arrival
    at: datetime
    line: str | None
    place_since: datetime | None
    kind: Literal["promised"] = "promised"

    def write(self, base: Base) -> bool:
        ref = self.arrival.ref
        calls.arrive(base, self.arrival)
        promised = calls.promise_callback(base, ref, at=self.at, line=self.line, place_since=self.place_since)
        calls.note(base, ref, [])  # written late, it may know the end better than what closed the call
        return promised

    def meanwhile(self) -> bool:
        return bool(self.line or self.arrival.caller)


@dataclass(frozen=True)
class Wished(Entry[Person | None]):
    """Whose phone account it is takes calls, pauses or leaves: now or not at all. None: it is nobody's."""

    durable, can_wait = True, False
    account: str
    wish: PresenceState
    at: datetime

    def write(self, base: Base) -> Person | None:
        person = people.at_phone(base, self.account)
        if person:
            presence.set(base, person.id, self.wish, by=person.name, at=self.at)
        return person


Keepable = Annotated[Opened | Noted | Closed | Promised, Field(discriminator="kind")]
_FORM: TypeAdapter[Opened | Noted | Closed | Promised] = TypeAdapter(Keepable)


def as_line(entry: Entry[T]) -> bytes:
    """The entry as JSON, without a line break."""
    return _FORM.dump_json(entry)  # type: ignore[arg-type]


def from_line(line: bytes) -> Entry[object]:
    """The entry that `as_line` wrote. Raises ValueError when it is none."""
    return _FORM.validate_json(line)  # type: ignore[return-value]
