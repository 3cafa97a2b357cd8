"""The entries that a call writes to its record. Those that can wait go to a file while the database is unavailable."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar

from pydantic import Field, TypeAdapter

from records.call_events import CallEvent, Disposition, IncomingCall
from records.calls import calls
from records.database.engine import Database
from records.satisfaction import answers, asking
from records.staff import agents, presence
from records.staff.agents import Agent
from records.staff.presence import PresenceState

T = TypeVar("T")


class PendingWrite(Generic[T]):
    """`durable`: once written it survives a power cut. `deferrable`: it may be spooled and written later.

    The field names and `kind` values of deferrable writes are a file format: old spools must stay readable.
    """

    durable: ClassVar[bool] = False
    deferrable: ClassVar[bool] = True

    def write(self, database: Database) -> T:
        raise NotImplementedError

    def provisional_result(self) -> T:
        """The result of `write`, as far as it is known without the database."""
        raise NotImplementedError


class FireAndForget(PendingWrite[None]):
    """A write without a result."""

    def provisional_result(self) -> None:
        return None


def write_together(database: Database, entries: Sequence[PendingWrite[Any]]) -> None:
    """Writes entries that nobody waits for in few statements; what they are about one call stays in order.

    A call is opened before anything else is said of it, so that all calls can be opened first. Raises what `write` of
    an entry raises; nothing of the transaction can be kept then.
    """
    if arrivals := [entry.arrival for entry in entries if isinstance(entry, CallOpened)]:
        calls.open_incoming_calls(database, arrivals)
    others = (entry for entry in entries if not isinstance(entry, CallOpened))
    for are_events, group in groupby(others, key=lambda entry: isinstance(entry, CallEventAdded)):
        if are_events:
            calls.add_events_of(
                database, ((entry.ref, entry.event) for entry in group if isinstance(entry, CallEventAdded))
            )
            continue
        for entry in group:
            entry.write(database)


@dataclass(frozen=True)
class CallOpened(FireAndForget):
    """The call has begun."""

    arrival: IncomingCall
    kind: Literal["opened"] = "opened"

    def write(self, database: Database) -> None:
        calls.open_incoming_call(database, self.arrival)


@dataclass(frozen=True)
class CallEventAdded(FireAndForget):
    """Something happened in the call."""

    ref: str
    event: CallEvent
    kind: Literal["noted"] = "noted"

    def write(self, database: Database) -> None:
        calls.add_events(database, self.ref, [self.event])


@dataclass(frozen=True)
class CallClosed(FireAndForget):
    """The call is over, with this disposition."""

    ref: str
    at: datetime
    ending: Disposition
    kind: Literal["closed"] = "closed"

    def write(self, database: Database) -> None:
        calls.close_call(database, self.ref, at=self.at, disposition=self.ending, cause=None)


@dataclass(frozen=True)
class CallbackCreated(PendingWrite[bool]):
    """The caller will be called back (records.calls.calls.create_callback). False when there is no number to call.

    It holds the arrival, so that it can be written whether or not the call is on record yet.
    """

    durable = True
    arrival: IncomingCall
    at: datetime
    line: str | None
    place_since: datetime | None
    kind: Literal["promised"] = "promised"

    def write(self, database: Database) -> bool:
        ref = self.arrival.ref
        calls.open_incoming_call(database, self.arrival)
        created = calls.create_callback(database, ref, at=self.at, line=self.line, waiting_since=self.place_since)
        calls.add_events(database, ref, [])  # when written late, corrects the disposition of a call already closed
        return created

    def provisional_result(self) -> bool:
        return bool(self.line or self.arrival.caller)


@dataclass(frozen=True)
class SatisfactionAnswered(FireAndForget):
    """The caller has answered a question about their satisfaction."""

    ref: str
    question: str
    value: int
    kind: Literal["satisfaction_answered"] = "satisfaction_answered"

    def write(self, database: Database) -> None:
        answers.add_answer(database, self.ref, self.question, self.value)


@dataclass(frozen=True)
class SatisfactionRefused(FireAndForget):
    """The caller does not want to be asked."""

    ref: str
    at: datetime
    kind: Literal["satisfaction_refused"] = "satisfaction_refused"

    def write(self, database: Database) -> None:
        asking.refuse_call_survey(database, self.ref, at=self.at)


@dataclass(frozen=True)
class PresenceChanged(PendingWrite[Agent | None]):
    """The agent of a SIP account is ready, paused or out, now or not at all. None: the account has no agent."""

    durable, deferrable = True, False
    sip_account: str
    state: PresenceState
    at: datetime

    def write(self, database: Database) -> Agent | None:
        agent = agents.find_agent_by_sip_account(database, self.sip_account)
        if agent:
            presence.set_presence(database, agent.id, self.state, by=agent.name, at=self.at)
        return agent


SpooledWrite = CallOpened | CallEventAdded | CallClosed | CallbackCreated | SatisfactionAnswered | SatisfactionRefused
Spoolable = Annotated[SpooledWrite, Field(discriminator="kind")]
_ADAPTER: TypeAdapter[SpooledWrite] = TypeAdapter(Spoolable)


def to_json_line(entry: PendingWrite[T]) -> bytes:
    """The entry as JSON, without a line break."""
    return _ADAPTER.dump_json(entry)  # type: ignore[arg-type]


def from_json_line(line: bytes) -> PendingWrite[object]:
    """The entry that `to_json_line` wrote. Raises ValueError for anything else."""
    return _ADAPTER.validate_json(line)  # type: ignore[return-value]
