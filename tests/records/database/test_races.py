"""Races: a transaction between the reads and writes of another gives the result of one after the other."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import switches
from callback_records import ONE_MINUTE_LATER, VISITOR, accept_callback, callback_state
from databases import DatabaseFactory
from sqlalchemy import Engine, delete, event, insert, update

from records import leases, overrides
from records.actor import command_line_actor
from records.call_events import CallEvent, CallEventKind, Disposition
from records.callbacks import do_not_call
from records.calls import calls, voicemails
from records.calls.call_detail import get_call_detail
from records.contacts import merges
from records.contacts.card_changes import CardChanged, CardFields, change_card, create_card
from records.contacts.contact_cards import find_cards
from records.database.engine import Database, acquire_lock
from records.database.migrate import head_revision, revision_at, upgrade
from records.errors import DatabaseBusy, NotFound, RecordsError
from records.inbox.resolution import resolve_request
from records.messages import message_audio, message_versions
from records.messages.draft_types import AirPeriod
from records.overrides import Override
from records.plan import plan_versions
from records.requests import requests
from records.requests.requests import RequestKind
from records.schema import LogCursor
from records.staff import agent_administration, agents, presence
from records.staff.presence import PresenceState
from records.staff.sip_account_names import SipAccount
from records.users import administration
from records.users.invitees import Invitee
from routing.access.permissions import Role
from routing.callbacks.states import CallbackState

HOUR = timedelta(hours=1)
TURN_S = 0.3  # seconds that the first waits for the others, which may have to wait for it
OPERATOR = command_line_actor("operator")
ANNE, BASILE = "+33639980001", "+33639980002"
Act = Callable[[], Any]


def interrupted(act: Act, **meanwhile: Act) -> list[Any]:
    """What `act` and the others returned or raised, each in a thread of its own.

    Each of the others runs before the first statement of `act` that begins with its name (INSERT_INTO_line); `act`
    goes on when they are done, or when they seem to wait for it.
    """
    given: list[Any] = [None] * (1 + len(meanwhile))
    statements = {name.replace("_", " ", 2): number for number, name in enumerate(meanwhile, 1)}
    threads: list[threading.Thread] = []

    def run(number: int, act: Act) -> None:
        try:
            given[number] = act()
        except Exception as error:
            given[number] = error

    def before(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        if threading.current_thread() is threads[0]:
            for statement in [one for one in statements if sql.lstrip().startswith(one)]:
                number = statements.pop(statement)
                threads.append(threading.Thread(target=run, args=(number, others[number - 1])))
                threads[-1].start()
                threads[-1].join(TURN_S)

    others = tuple(meanwhile.values())
    event.listen(Engine, "before_cursor_execute", before)
    threads.append(threading.Thread(target=run, args=(0, act)))
    threads[0].start()
    for thread in threads:  # the list grows meanwhile
        thread.join(30)
    event.remove(Engine, "before_cursor_execute", before)
    return given


def call(database: Database, ref: str, caller: str | None, at: datetime) -> calls.OpenedCall:
    number = {"landing": "+33199000000", "public_number": "+33199000000", "caller": caller, "withheld": caller is None}
    return calls.open_call(database, ref, **number, language="fr", plan_version=None, at=at, wait_ms=5000)


def audio(letter: str) -> message_audio.Audio:
    return message_audio.Audio(letter * 64, 2.5, "audio/wav", f"{letter}.wav")


def publish(database: Database, letter: str, at: datetime) -> Any:
    message = message_versions.NewMessage("daily", "", AirPeriod(), "Anne")
    return message_versions.publish_message(database, message, audio(letter), at=at)


# --- the plan and the messages ----------------------------------------------------------------------------------------


def test_the_same_plan_saved_twice_is_one_version(database: Database, noon: datetime) -> None:
    def save() -> plan_versions.PlanVersion:
        return plan_versions.save_plan(database, "numbers: one", author="Anne", at=noon)

    first, second = interrupted(save, INSERT_INTO_plan_version=save)
    assert first == second
    assert plan_versions.list_plan_versions(database) == (first,)


def test_of_two_messages_published_at_once_each_replaces_its_predecessor(database: Database, noon: datetime) -> None:
    publish(database, "a", noon)
    interrupted(lambda: publish(database, "b", noon), INSERT_INTO_message_version=lambda: publish(database, "c", noon))
    with database.read() as connection:
        replaced = connection.exec_driver_sql("SELECT id, replaces FROM message_version ORDER BY id").all()
    assert [tuple(row) for row in replaced] == [(1, None), (2, 1), (3, 2)]


def test_a_message_rolled_back_twice_is_the_first_again(database: Database, noon: datetime) -> None:
    publish(database, "a", noon)
    publish(database, "b", noon)

    def roll_back() -> Any:
        return message_versions.roll_back_message(database, "daily", by="Anne", at=noon)

    both = interrupted(roll_back, INSERT_INTO_message_version=roll_back)
    assert [version.audio[0] for version in both] == ["a", "b"]


def test_a_recording_published_twice_at_once_is_stored_once(database: Database, noon: datetime) -> None:
    def publish_in(slot: str) -> Any:
        message = message_versions.NewMessage(slot, "", AirPeriod(), "Anne")
        return message_versions.publish_message(database, message, audio("a"), at=noon)

    both = interrupted(lambda: publish_in("daily"), INSERT_INTO_audio=lambda: publish_in("weekly"))
    assert [version.announcement for version in both] == ["daily", "weekly"]


# --- contact cards ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", ["UPDATE_contact", "INSERT_INTO_change"])
def test_of_two_people_who_change_a_card_at_once_the_second_is_told(
    database: Database, noon: datetime, statement: str
) -> None:
    seen = CardFields("Anne Lefèvre", emails=("anne@example.org",))
    card = create_card(database, OPERATOR, seen, [ANNE], at=noon)

    def change(**fields: Any) -> Act:
        wanted = replace(seen, **fields)
        return lambda: change_card(database, OPERATOR, card.id, base=seen, wanted=wanted, at=noon)

    first, second = interrupted(
        change(name="Anne Martin", emails=("a@example.org",)), **{statement: change(organisation="Mairie")}
    )
    told, kept = (first, second) if isinstance(first, CardChanged) else (second, first)
    assert isinstance(told, CardChanged) and told.current == kept
    assert find_cards(database, ANNE) == (kept,)


def test_of_two_people_who_change_an_agent_or_a_user_at_once_the_second_is_told(
    database: Database, noon: datetime
) -> None:
    agents.create_desks(database, 1)
    agent = agents.add_agent(database, "Anne", language="fr", at=noon)
    [invited] = administration.invite_users(
        database, OPERATOR, [Invitee("Basile", "b@example.org", Role.STAFF, "fr")], at=noon
    )

    def change_agent(name: str) -> Act:
        new = agents.NewAgent(name, "fr", ("fr",))
        return lambda: agent_administration.change_agent(database, OPERATOR, agent.id, new, at=noon, seen=agent)

    def change_user(name: str) -> Act:
        user, new = invited.user, administration.UserDetails(name, Role.STAFF, None)
        return lambda: administration.update_user(database, OPERATOR, user.id, new, at=noon, seen=user)

    for change, statement in ((change_agent, "UPDATE_agent"), (change_user, "INSERT_INTO_change")):
        told = interrupted(change("Un"), **{statement: change("Deux")})
        assert [type(each).__name__ for each in told].count("ChangedMeanwhile") == 1


def test_a_card_that_is_merged_while_somebody_changes_it_is_changed_as_a_part_of_the_other(
    database: Database, noon: datetime
) -> None:
    kept, absorbed = (create_card(database, OPERATOR, CardFields(name), [], at=noon) for name in ("Anne", "Anne L."))
    base = CardFields.of(absorbed)
    _, changed = interrupted(
        lambda: merges.merge_cards(database, kept.id, absorbed.id, by="anne", at=noon),
        INSERT_INTO_contact_merge=lambda: change_card(
            database, OPERATOR, absorbed.id, base=base, wanted=replace(base, name="Anne Lefèvre"), at=noon
        ),
    )
    assert isinstance(changed, CardChanged) and changed.current.id == kept.id


# --- agents and overrides ---------------------------------------------------------------------------------------------


def test_an_agent_added_during_a_failed_addition_gets_an_account(database: Database, noon: datetime) -> None:
    agents.create_sip_accounts(database, {"p01": "secret"})
    two = [agents.NewAgent(name, "fr", ("fr",)) for name in ("Anne", "Basile")]
    refused, added = interrupted(
        lambda: agents.add_agents(database, two, at=noon),
        INSERT_INTO_presence=lambda: agents.add_agent(database, "Claire", language="fr", at=noon),
    )
    assert "No SIP account is free" in str(refused)
    assert added.sip_account == "p01"


def test_accounts_created_twice_at_once_are_created_once(database: Database) -> None:
    def prepare() -> None:
        agents.create_sip_accounts(database, {"p01": "a", "p02": "b"})

    assert interrupted(prepare, INSERT_INTO_phone_account=prepare) == [None, None]
    assert [phone.name for phone in agents.list_sip_accounts(database)] == ["p01", "p02"]


def test_an_agent_removed_twice_at_once_is_removed_once(database: Database, noon: datetime) -> None:
    agents.create_sip_accounts(database, {"p01": "secret"})
    anne = agents.add_agent(database, "Anne", language="fr", at=noon)

    def leave() -> SipAccount:
        return agents.remove_agent(database, anne.id, password="another", at=noon)

    given = interrupted(leave, DELETE_FROM_presence=leave)
    assert [type(one) for one in given] == [SipAccount, NotFound]


def test_two_presences_set_at_once_are_two_versions(database: Database, noon: datetime) -> None:
    agents.create_sip_accounts(database, {"p01": "secret"})
    anne = agents.add_agent(database, "Anne", language="fr", at=noon)

    def set_presence(state: PresenceState) -> presence.Presence:
        return presence.set_presence(database, anne.id, state, by="Anne", at=noon)

    interrupted(lambda: set_presence(PresenceState.PAUSED), UPDATE_presence=lambda: set_presence(PresenceState.OUT))
    assert [(one.state, one.version) for one in presence.list_presences(database)] == [(PresenceState.OUT, 3)]


def test_an_override_set_for_the_first_time_by_two_is_set(database: Database, noon: datetime) -> None:
    def close() -> Override | None:
        return switches.set_override(database, "closed", True, by="Anne", at=noon)

    first, second = interrupted(close, INSERT_INTO_override=close)
    assert first == second
    assert overrides.list_overrides(database) == (first,)


def test_a_lease_requested_by_two_has_one_holder(database: Database, noon: datetime) -> None:
    def take(holder: str) -> bool:
        return leases.acquire(database, "switch", holder, at=noon, duration=HOUR)

    given = interrupted(lambda: take("a"), INSERT_INTO_lease=lambda: take("b"))
    assert sorted(given) == [False, True]


# --- calls and requests -----------------------------------------------------------------------------------------------


def test_the_end_of_a_call_and_a_correction_of_its_disposition_never_overlap(
    database: Database, noon: datetime
) -> None:
    call(database, "1.1", ANNE, noon)
    calls.add_events(database, "1.1", [CallEvent(noon, CallEventKind.ROUTED, {"destination": "staff"})])
    answered = [CallEvent(noon, CallEventKind.STAFF_ANSWERED)]
    interrupted(
        lambda: calls.close_call(database, "1.1", at=noon, disposition=None, cause=None, wait_ms=5000),
        UPDATE_call=lambda: calls.add_events(database, "1.1", answered, wait_ms=5000),
    )
    assert get_call_detail(database, "1.1").call.disposition == Disposition.STAFF


def test_a_call_opened_twice_at_once_is_stored_once(database: Database, noon: datetime) -> None:
    def enter() -> calls.OpenedCall:
        return call(database, "1.1", ANNE, noon)

    first, second = interrupted(enter, INSERT_INTO_call=enter)
    assert first.contact_id == second.contact_id
    assert len(find_cards(database, ANNE)) == 1


def test_two_callbacks_requested_at_once_for_one_line_become_one_callback(database: Database, noon: datetime) -> None:
    for ref in ("1.1", "1.2"):
        call(database, ref, ANNE, noon)
    given = interrupted(
        lambda: calls.create_callback(database, "1.1", at=noon),
        INSERT_INTO_request=lambda: calls.create_callback(database, "1.2", at=noon),
    )
    assert given == [True, True]
    assert len(requests.list_open_requests(database)) == 1


def test_a_request_is_opened_when_the_earlier_request_is_closed_meanwhile(database: Database, noon: datetime) -> None:
    def ask(ref: str) -> requests.Request:
        contact = {"contact_id": opened.contact_id, "line_id": opened.line_id}
        return requests.open_request(database, RequestKind.CALLBACK, call_ref=ref, **contact, at=noon)

    def close() -> requests.Request:
        return resolve_request(
            database, requests.list_open_requests(database)[0].id, by="Anne", outcome="reached", at=noon
        )

    for ref in ("1.1", "1.2"):
        opened = call(database, ref, ANNE, noon)
    asked, *_ = interrupted(lambda: ask("1.1"), INSERT_INTO_request=lambda: ask("1.2"), ROLLBACK_TO_SAVEPOINT=close)
    assert asked in requests.list_open_requests(database)


def test_a_voicemail_saved_twice_at_once_is_stored_once(database: Database, noon: datetime) -> None:
    call(database, "1.1", ANNE, noon)

    def save() -> voicemails.Voicemail:
        return voicemails.save_voicemail(database, "1.1", file="1.1.wav", seconds=4, at=noon)

    first, second = interrupted(save, INSERT_INTO_voicemail=save)
    assert first == second


def test_two_cards_merged_into_each_other_are_merged_one_way(database: Database, noon: datetime) -> None:
    anne, basile = (call(database, f"1.{n}", line, noon).contact_id for n, line in enumerate((ANNE, BASILE)))
    given = interrupted(
        lambda: merges.merge_cards(database, anne, basile, by="test", at=noon),
        INSERT_INTO_contact_merge=lambda: merges.merge_cards(database, basile, anne, by="test", at=noon),
    )
    assert sum(isinstance(one, RecordsError) for one in given) == 1
    assert len({card.id for line in (ANNE, BASILE) for card in find_cards(database, line)}) == 1


# --- the database itself ----------------------------------------------------------------------------------------------


@pytest.mark.engine("postgresql")
def test_one_of_two_transactions_in_a_deadlock_gets_database_busy(database: Database) -> None:
    def first() -> None:
        with database.write() as connection:
            connection.execute(update(LogCursor).where(LogCursor.name == "a").values(position=1))
            connection.execute(delete(LogCursor).where(LogCursor.name == "b"))

    def second() -> None:
        with database.write() as connection:
            connection.execute(update(LogCursor).where(LogCursor.name == "b").values(position=2))
            connection.execute(update(LogCursor).where(LogCursor.name == "a").values(position=2))

    with database.write() as connection:
        connection.execute(insert(LogCursor), [{"name": name, "position": 0} for name in "ab"])
    given = interrupted(first, DELETE_FROM_log_cursor=second)
    assert sorted(type(one).__name__ for one in given) == ["DatabaseBusy", "NoneType"]


def test_a_database_migrated_by_two_is_migrated_once(databases: DatabaseFactory) -> None:
    url = databases.empty()
    given = interrupted(lambda: upgrade(url), CREATE_TABLE_contact=lambda: upgrade(url))
    assert given == [True, True]
    assert revision_at(url) == head_revision()


def test_waiting_too_long_for_a_lock_is_busy(database: Database, noon: datetime) -> None:
    with database.write() as connection:
        acquire_lock(connection, "plan")
        with pytest.raises(DatabaseBusy), database.write(wait_ms=50) as other:
            acquire_lock(other, "plan")


# --- callbacks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("second", ["request", "do not call", "same request"])
def test_two_simultaneous_resolutions_are_applied_in_turn(database: Database, second: str) -> None:
    accepted = accept_callback(database)
    [request] = requests.list_open_requests(database)

    def close(by: str) -> str | None:
        return resolve_request(database, request.id, by=by, outcome="reached", at=ONE_MINUTE_LATER).closed_by

    def act() -> object:
        match second:
            case "request":
                return close("basile")
            case "do not call":
                return do_not_call.add_do_not_call(database, VISITOR, "letter", "basile", ONE_MINUTE_LATER)
        return callback_state(database, accept_callback(database, at=ONE_MINUTE_LATER).ref)

    # The second comes when the first has changed the callback and not yet closed its request.
    closed, given = interrupted(lambda: close("anne"), UPDATE_request=act)

    assert closed == "anne"
    assert given == {"request": "anne", "do not call": None, "same request": CallbackState.QUEUED}[second]
    assert callback_state(database, accepted.ref) is CallbackState.TREATED
