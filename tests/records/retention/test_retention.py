"""The purge deletes what identifies people once it is older than the plan's retention; erasing takes out one person."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from callback_records import NOON, PARIS, RULES, VISITOR, callback_state, make_callback_request
from named_contacts import describe_contact
from recorded_calls import CALLER, record_call
from sqlalchemy import Select, event, func, select

from records import changes
from records.actor import command_line_actor
from records.call_events import CallEvent, CallEventKind
from records.callbacks import acceptance, do_not_call, staff_actions
from records.callbacks.callback_request import AcceptedCallback, GivenConsent
from records.calls import calls, voicemails
from records.calls.call_detail import get_call_detail
from records.centres import outcomes
from records.contacts import contact_cards, merges
from records.database.engine import Database, open_database
from records.errors import NotFound
from records.requests import requests
from records.retention import erasure, person_data, purge
from records.retention.erasure import PersonIsConnected
from records.schema import Consent, Contact, IdempotencyKey, Interaction, Line, OutboxEvent, Request, Table
from routing.callbacks.states import CallbackState
from routing.callbacks.terms import CallbackTerms
from routing.hours.calendar import Calendar
from routing.hours.opening_hours import ALWAYS_OPEN
from routing.person_names import fold
from routing.retention import RetentionRules

DAY = timedelta(days=1)
KEEP = RetentionRules(reception=100, voicemail=50, callback=20, campaigning=200, satisfaction=100)
ANNE = command_line_actor("anne")
CANARY = "Zéphyrine Canari"
STREET = "7 impasse des Zyzomys"


def end_call(database: Database, ref: str, at: datetime, *events: CallEventKind) -> None:
    calls.add_events(database, ref, [CallEvent(at, kind) for kind in events])
    calls.close_call(database, ref, at=at, disposition=None, cause="16")


def leave_voicemail(database: Database, ref: str, at: datetime) -> int:
    record_call(database, ref, at)
    saved = voicemails.save_voicemail(database, ref, file=f"{ref}.wav", seconds=5, at=at)
    end_call(database, ref, at, CallEventKind.VOICEMAIL_LEFT)
    return saved.request_id


def resolve(database: Database, request_id: int, at: datetime) -> None:
    with database.write() as connection:
        which = Request.id == request_id
        requests.mark_closed(connection, which, by="anne", outcome="called", at=at, note="spoke to them")


def accept(database: Database, at: datetime = NOON) -> AcceptedCallback:
    wanted = make_callback_request(
        name=CANARY, topic="Press", page="https://www.example.org", consents=(GivenConsent("campaigning", "2026-11"),)
    )
    terms = CallbackTerms(RULES, Calendar(ALWAYS_OPEN, PARIS))
    return acceptance.accept_callback(database, wanted, terms, at=at)


def count(database: Database, table: type[Table]) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def everything(database: Database) -> str:
    with database.read() as connection:
        rows = [tuple(row) for table in Table.metadata.sorted_tables for row in connection.execute(select(table))]
    return repr(rows)


def test_an_old_call_loses_its_caller_and_stays_as_a_count(database: Database) -> None:
    record_call(database, "1.1", NOON)
    end_call(database, "1.1", NOON, CallEventKind.KEY, CallEventKind.MESSAGE_HEARD)
    record_call(database, "1.2", NOON + 60 * DAY, "+33639980009")
    end_call(database, "1.2", NOON + 60 * DAY)

    assert purge.purge(database, KEEP, at=NOON + 100 * DAY).calls == 0
    report = purge.purge(database, KEEP, at=NOON + 101 * DAY)

    assert (report.calls, report.contacts, report.lines) == (1, 1, 1)
    old = get_call_detail(database, "1.1")
    assert (old.call.line, old.contact, old.call.disposition) == (None, None, "message_heard")
    assert len(old.events) == 2
    assert CALLER not in everything(database)
    assert get_call_detail(database, "1.2").call.line == "+33639980009"
    again = purge.purge(database, KEEP, at=NOON + 101 * DAY)
    assert set(again.counts().values()) == {0}


def hand_over(database: Database, ref: str, caller: str | None = CALLER) -> int:
    """A call that a centre was given, with what it wrote about it; gives the number of the hand-off."""
    record_call(database, ref, NOON, caller)
    dialled = CallEvent(NOON, CallEventKind.CENTRE_DIALLED, {"centre": "north", "reference": f"r{ref}"})
    calls.add_events(database, ref, [dialled])
    calls.close_call(database, ref, at=NOON, disposition=None, cause="16")
    given = outcomes.find_given_call(database, "north", f"r{ref}")
    assert given is not None
    outcomes.report_outcome(database, given.handoff_id, "answered", f"It was {CANARY}.", by="North", at=NOON)
    return given.handoff_id


def test_what_a_centre_wrote_goes_with_the_call_and_its_outcome_stays(database: Database) -> None:
    handoffs = [hand_over(database, "1.1"), hand_over(database, "1.2", None)]
    assert purge.purge(database, KEEP, at=NOON + 99 * DAY).calls == 0
    assert purge.purge(database, KEEP, at=NOON + 101 * DAY).calls == 2
    assert CANARY not in everything(database)
    for ref, handoff in zip(("1.1", "1.2"), handoffs, strict=True):
        outcomes.report_outcome(database, handoff, "answered", f"It was {CANARY}.", by="North", at=NOON)
        assert [(each.outcome, each.note) for each in get_call_detail(database, ref).outcomes] == [("answered", None)]
    assert purge.purge(database, KEEP, at=NOON + 101 * DAY).calls == 0


def test_a_note_that_comes_after_an_erasure_is_not_kept(database: Database) -> None:
    handoff = hand_over(database, "1.1")
    person = get_call_detail(database, "1.1").call.contact_id
    assert person is not None
    with database.read() as connection:
        told = person_data.collect(connection, erasure.find_person(connection, person))["centre_outcomes"]
    assert [row["note"] for row in told] == [f"It was {CANARY}."]
    erasure.erase_contact(database, ANNE, person, at=NOON)
    outcomes.report_outcome(database, handoff, "passed_on", f"It was {CANARY}.", by="North", at=NOON)
    assert CANARY not in everything(database)
    assert [each.outcome for each in get_call_detail(database, "1.1").outcomes] == ["answered", "passed_on"]


def test_a_voicemail_is_deleted_by_its_own_time_and_only_once_it_is_resolved(database: Database) -> None:
    resolved, open_ = leave_voicemail(database, "1.1", NOON), leave_voicemail(database, "1.2", NOON)
    resolve(database, resolved, NOON + DAY)
    report = purge.purge(database, KEEP, at=NOON + 51 * DAY)

    assert (report.voicemails, report.voicemail_files, report.kept_open) == (1, ["1.1.wav"], 1)
    assert get_call_detail(database, "1.1").voicemail is None
    late = purge.purge(database, KEEP, at=NOON + 300 * DAY)
    assert late.kept_open == 1
    assert get_call_detail(database, "1.2").call.line == CALLER  # somebody must still call them
    resolve(database, open_, NOON + 300 * DAY)
    purge.purge(database, KEEP, at=NOON + 301 * DAY)
    assert CALLER not in everything(database)


def test_a_callback_counts_from_when_it_was_closed_and_its_consents_by_their_purpose(database: Database) -> None:
    ref = accept(database).ref
    purge.purge(database, KEEP, at=NOON + 90 * DAY)
    assert staff_actions.get_callback_detail(database, ref).row.name == CANARY
    staff_actions.resolve_callback(database, ref, "anne", "called", NOON + 91 * DAY)

    purge.purge(database, KEEP, at=NOON + 112 * DAY)
    assert CANARY not in everything(database)
    assert VISITOR in everything(database)  # they agreed to receive news
    purge.purge(database, KEEP, at=NOON + 201 * DAY)
    assert (count(database, Consent), count(database, Contact), count(database, Line)) == (0, 0, 0)


def test_a_dry_run_counts_and_changes_nothing(database: Database) -> None:
    record_call(database, "1.1", NOON)
    end_call(database, "1.1", NOON)
    before = everything(database)
    assert purge.purge(database, KEEP, at=NOON + 101 * DAY, dry_run=True).calls == 1
    assert everything(database) == before


def test_a_purge_is_in_the_change_log(database: Database) -> None:
    assert purge.last_purge(database) is None
    report = purge.purge(database, KEEP, at=NOON)
    purge.record_purge(database, replace(report, calls=7), at=NOON)
    assert purge.last_purge(database) == NOON
    (change,) = changes.list_changes(database, ANNE)
    assert (change.kind, change.by, change.after["calls"]) == ("retention.purge", "standardiste", 7)
    assert changes.verify_chain(database).broken_at is None


def test_an_erased_person_is_nowhere_and_the_counts_stay(database: Database) -> None:
    opened = record_call(database, "1.1", NOON, VISITOR)
    assert opened.contact_id
    describe_contact(database, opened.contact_id, name=CANARY, street=STREET)
    end_call(database, "1.1", NOON, CallEventKind.QUEUE_ENTERED)
    waiting = accept(database)
    before = {table: count(database, table) for table in (Request, Interaction, OutboxEvent)}

    done = erasure.erase_contact(database, ANNE, opened.contact_id, at=NOON + DAY)

    rows = everything(database)
    for trace in (VISITOR, CANARY, fold(CANARY), STREET, "Press", "www.example.org"):
        assert trace not in rows
    assert (done.person.names, done.person.numbers) == ((CANARY,), (VISITOR,))
    assert before[Interaction] == count(database, Interaction)
    assert before[Request] == count(database, Request)
    assert count(database, IdempotencyKey) == 0
    assert get_call_detail(database, "1.1").events
    with pytest.raises(NotFound):
        staff_actions.get_callback_detail(database, waiting.ref)
    change, *_ = changes.list_changes(database, ANNE)
    assert (change.kind, change.subject, change.by) == ("contact.erase", str(opened.contact_id), "anne")
    with pytest.raises(NotFound):
        erasure.erase_contact(database, ANNE, opened.contact_id, at=NOON + DAY)


NOT_IN_THE_ARCHIVE = {
    "call_trait": "how calls are found: what call_event says, without a word more",
    **dict.fromkeys(("contact_key", "contact_word", "number_tail"), "finds what the cards say"),
    **dict.fromkeys(("duplicate_key", "duplicate_queue"), "compares what the cards say"),
    "contact_origin": "a digest of a line of an import, which is in the archive",
    "contact_line": "gives the lines, which are in the archive",
}
"""Tables that refer to a person and are not in the archive about them, with the reason."""


def test_the_archive_holds_every_table_that_refers_to_a_person(database: Database) -> None:
    """A new table that refers to a card, a number, a call or a request has to be added, or a reason given here."""
    contact_id = record_call(database, "1.1", NOON, VISITOR).contact_id
    assert contact_id
    read: set[str] = set()
    with database.read() as connection:
        person = erasure.find_person(connection, contact_id)

        @event.listens_for(connection, "before_execute")
        def note(_: object, statement: Select[Any], *__: object) -> None:
            read.update(each.name for each in statement.get_final_froms())  # type: ignore[attr-defined]

        person_data.collect(connection, person)
    theirs = {"contact", "line", "call", "request", "callback"}
    columns = {"contact_id", "line_id", "call_ref", "request_id"}
    referring = {
        table.name
        for table in Table.metadata.tables.values()
        if columns & {*table.c.keys()} or theirs & {key.column.table.name for key in table.foreign_keys}
    }
    assert referring - read - {"erasure_job"} == NOT_IN_THE_ARCHIVE.keys()


def test_a_merged_person_is_erased_with_all_their_cards(database: Database) -> None:
    cards = [record_call(database, f"1.{n}", NOON, f"+3363998010{n}").contact_id for n in (1, 2)]
    for n in (1, 2):
        end_call(database, f"1.{n}", NOON)
    assert cards[0] and cards[1]
    merges.merge_cards(database, cards[0], cards[1], by="anne", at=NOON)
    erasure.erase_contact(database, ANNE, cards[1], at=NOON)
    assert "+3363998010" not in everything(database)
    assert count(database, Contact) == 0


def test_nobody_is_erased_during_their_call(database: Database) -> None:
    contact_id = record_call(database, "1.1", NOON).contact_id
    assert contact_id
    with pytest.raises(PersonIsConnected):
        erasure.erase_contact(database, ANNE, contact_id, at=NOON)
    end_call(database, "1.1", NOON)
    erasure.erase_contact(database, ANNE, contact_id, at=NOON)


def test_a_do_not_call_entry_outlives_the_erasure_as_a_keyed_hash(database: Database, database_url: str) -> None:
    ours, theirs = (open_database(database_url, number_key=key) for key in (b"ours", b"another"))
    contact_id = record_call(ours, "1.1", NOON, VISITOR).contact_id
    end_call(ours, "1.1", NOON)
    do_not_call.add_do_not_call(ours, VISITOR, "letter", "anne", NOON)
    assert contact_id
    assert erasure.erase_contact(ours, ANNE, contact_id, at=NOON).counts["do_not_call"] == 1

    assert VISITOR not in everything(ours)
    assert do_not_call.is_do_not_call(ours, VISITOR)
    assert not do_not_call.is_do_not_call(theirs, VISITOR)  # whoever has the database alone cannot try all numbers
    accepted = acceptance.accept_callback(
        ours, make_callback_request(), CallbackTerms(RULES, Calendar(ALWAYS_OPEN, PARIS)), at=NOON
    )
    assert callback_state(ours, accepted.ref) is CallbackState.UNRUNG
    assert do_not_call.remove_do_not_call(ours, VISITOR, "anne", NOON)
    assert not do_not_call.is_do_not_call(ours, VISITOR)
    for each in (ours, theirs):
        each.close()


def test_a_number_that_two_people_share_stays_with_the_other(database: Database) -> None:
    first = record_call(database, "1.1", NOON).contact_id
    end_call(database, "1.1", NOON)
    with database.write() as connection:
        second = connection.execute(
            Contact.__table__.insert().values(name="Basile", created_at=NOON).returning(Contact.id)
        ).scalar_one()
        line = connection.scalar(select(Line.id))
        tie = {"contact_id": second, "line_id": line, "since": NOON, "until": None}
        connection.execute(Table.metadata.tables["contact_line"].insert().values(tie))
    assert first
    done = erasure.erase_contact(database, ANNE, first, at=NOON)
    assert done.person.shared_lines == (line,)
    assert contact_cards.get_card_detail(database, second).card.lines == (CALLER,)
    assert get_call_detail(database, "1.1").call.line is None
