"""What a card's history says of each entry: the events of a call, its voicemail, the attempts of a callback."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import groupby

from sqlalchemy import Connection, select

from records.actor import Actor
from records.call_events import CallEvent
from records.callbacks.staff_actions import AttemptRecord
from records.calls.call_notes import CallNote, list_notes_in
from records.calls.call_rows import list_events_of
from records.calls.voicemails import Voicemail
from records.contacts.contact_cards import InteractionRecord
from records.database.engine import Database
from records.requests.visibility import visible_to
from records.schema import Agent as Agents
from records.schema import CallbackAttempt, Interaction, Request, SipAccount
from records.schema import Voicemail as Voicemails


@dataclass(frozen=True, slots=True)
class HistoryDetails:
    """`events` and `voicemails` by the reference of the call; `attempts` by the id of the entry, in their order.

    `agents`: the names of the agents who answered, by SIP account, as far as they still have it. `notes`: what agents
    have written, by the reference of the call.
    """

    events: Mapping[str, tuple[CallEvent, ...]]
    voicemails: Mapping[str, Voicemail]
    attempts: Mapping[int, tuple[AttemptRecord, ...]]
    agents: Mapping[str, str]
    notes: Mapping[str, tuple[CallNote, ...]] = field(default_factory=dict)


def read_history_details(database: Database, actor: Actor, interactions: Sequence[InteractionRecord]) -> HistoryDetails:
    """Of these entries of a card's history, in five statements; what is the mediator's only for who may see it."""
    refs = [each.call_ref for each in interactions if each.call_ref]
    with database.read() as connection:
        return HistoryDetails(
            list_events_of(connection, refs),
            _voicemails(connection, actor, refs),
            _attempts(connection, actor, [each.id for each in interactions]),
            _agent_names(connection),
            list_notes_in(connection, actor, refs),
        )


def list_agents_who_answer(database: Database) -> Mapping[str, str]:
    """The name of each agent, by SIP account."""
    with database.read() as connection:
        return _agent_names(connection)


def _agent_names(connection: Connection) -> dict[str, str]:
    rows = select(SipAccount.name, Agents.name.label("agent")).join(Agents, Agents.id == SipAccount.claimed_by)
    return {row.name: row.agent for row in connection.execute(rows)}


def _voicemails(connection: Connection, actor: Actor, refs: Sequence[str]) -> dict[str, Voicemail]:
    columns = [Voicemails.__table__.c[each.name] for each in fields(Voicemail)]
    rows = select(*columns).join(Request, Request.id == Voicemails.request_id)
    found = connection.execute(rows.where(Voicemails.call_ref.in_(refs), visible_to(actor)))
    return {row.call_ref: Voicemail(**row._mapping) for row in found}


def _attempts(connection: Connection, actor: Actor, ids: Sequence[int]) -> dict[int, tuple[AttemptRecord, ...]]:
    """A callback that was asked for in a call has the entry of that call."""
    columns = [CallbackAttempt.__table__.c[each.name] for each in fields(AttemptRecord)]
    of_entry = select(Interaction.id.label("entry"), Request.id.label("request_id"))
    alone = of_entry.join(Request, Request.id == Interaction.request_id).where(Interaction.id.in_(ids))
    called = of_entry.join(Request, Request.call_ref == Interaction.call_ref).where(Interaction.id.in_(ids))
    entries = alone.where(visible_to(actor)).union(called.where(visible_to(actor))).subquery()
    rows = select(entries.c.entry, *columns).join(entries, entries.c.request_id == CallbackAttempt.request_id)
    found = connection.execute(rows.order_by(entries.c.entry, CallbackAttempt.request_id, CallbackAttempt.n)).mappings()
    return {
        entry: tuple(AttemptRecord(**{each.name: row[each.name] for each in fields(AttemptRecord)}) for row in of_one)
        for entry, of_one in groupby(found, key=lambda row: row["entry"])
    }
