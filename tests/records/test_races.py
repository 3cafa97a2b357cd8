"""Somebody comes in between what another one reads and writes: as one after the other, on either engine."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from bases import Maker
from promises import SOON, VISITOR, promised, state
from sqlalchemy import Engine, delete, event, insert, update

from records import (
    calls,
    leases,
    merges,
    messages,
    oppositions,
    people,
    plans,
    presence,
    requests,
    switches,
    voicemails,
)
from records.base import Base, take_turn
from records.contacts import find
from records.errors import BaseBusy, NotFound, RecordsError
from records.events import CallEvent, CallEventKind, Ending
from records.migrate import newest, upgrade, version
from records.presence import PresenceState
from records.requests import RequestKind
from records.schema import Cursor
from records.stories import story
from routing.callback_states import CallbackState

HOUR = timedelta(hours=1)
TURN_S = 0.3  # how long the first waits for who comes in between, and may have to wait for him
ANNE, BASILE = "+33639980001", "+33639980002"
Act = Callable[[], Any]


def interrupted(act: Act, **meanwhile: Act) -> list[Any]:
    """What `act` and the others gave or raised, each on a thread of its own.

    The others come in before the first statement of `act` that begins as their name says (INSERT_INTO_line), and it
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
    for thread in threads:  # which grow meanwhile
        thread.join(30)
    event.remove(Engine, "before_cursor_execute", before)
    return given


def call(base: Base, ref: str, caller: str | None, at: datetime) -> calls.OpenedCall:
    number = {"landing": "+33199000000", "public_number": "+33199000000", "caller": caller, "withheld": caller is None}
    return calls.open_call(base, ref, **number, language="fr", plan_version=None, at=at, wait_ms=5000)


def audio(letter: str) -> messages.Audio:
    return messages.Audio(letter * 64, 2.5, "audio/wav", f"{letter}.wav")


def publish(base: Base, letter: str, at: datetime) -> Any:
    terms = {"slot": "daily", "text": "", "valid_from": at, "valid_until": None, "by": "Anne", "at": at}
    return messages.publish(base, audio=audio(letter), **terms)


# --- the plan and the messages ----------------------------------------------------------------------------------------


def test_the_same_plan_saved_twice_is_one_version(base: Base, noon: datetime) -> None:
    def save() -> plans.PlanVersion:
        return plans.save(base, "numbers: one", author="Anne", at=noon)

    first, second = interrupted(save, INSERT_INTO_plan_version=save)
    assert first == second
    assert plans.history(base) == (first,)


def test_of_two_messages_published_each_replaces_the_one_before(base: Base, noon: datetime) -> None:
    publish(base, "a", noon)
    interrupted(lambda: publish(base, "b", noon), INSERT_INTO_message_version=lambda: publish(base, "c", noon))
    with base.read() as connection:
        replaced = connection.exec_driver_sql("SELECT id, replaces FROM message_version ORDER BY id").all()
    assert [tuple(row) for row in replaced] == [(1, None), (2, 1), (3, 2)]


def test_a_message_rolled_back_twice_is_the_first_again(base: Base, noon: datetime) -> None:
    publish(base, "a", noon)
    publish(base, "b", noon)

    def roll_back() -> Any:
        return messages.roll_back(base, "daily", by="Anne", at=noon)

    both = interrupted(roll_back, INSERT_INTO_message_version=roll_back)
    assert [version.audio[0] for version in both] == ["a", "b"]


def test_a_recording_published_twice_is_kept_once(base: Base, noon: datetime) -> None:
    def publish_in(slot: str) -> Any:
        terms = {"text": "", "valid_from": noon, "valid_until": None, "by": "Anne", "at": noon}
        return messages.publish(base, slot=slot, audio=audio("a"), **terms)

    both = interrupted(lambda: publish_in("daily"), INSERT_INTO_audio=lambda: publish_in("weekly"))
    assert [version.slot for version in both] == ["daily", "weekly"]


# --- people and switches ----------------------------------------------------------------------------------------------


def test_who_fails_to_be_added_keeps_no_account_from_who_comes_in_between(base: Base, noon: datetime) -> None:
    people.prepare_phones(base, {"p01": "secret"})
    two = [people.Newcomer(name, "fr", ("fr",)) for name in ("Anne", "Basile")]
    refused, added = interrupted(
        lambda: people.add_all(base, two, at=noon),
        INSERT_INTO_presence=lambda: people.add(base, "Claire", language="fr", at=noon),
    )
    assert "No phone account is free" in str(refused)
    assert added.phone == "p01"


def test_accounts_prepared_twice_are_prepared_once(base: Base) -> None:
    def prepare() -> None:
        people.prepare_phones(base, {"p01": "a", "p02": "b"})

    assert interrupted(prepare, INSERT_INTO_phone_account=prepare) == [None, None]
    assert [phone.name for phone in people.phones(base)] == ["p01", "p02"]


def test_who_leaves_twice_leaves_once(base: Base, noon: datetime) -> None:
    people.prepare_phones(base, {"p01": "secret"})
    anne = people.add(base, "Anne", language="fr", at=noon)

    def leave() -> people.Phone:
        return people.remove(base, anne.id, password="another", at=noon)

    given = interrupted(leave, DELETE_FROM_presence=leave)
    assert [type(one) for one in given] == [people.Phone, NotFound]


def test_two_presences_wished_for_at_once_are_two_versions(base: Base, noon: datetime) -> None:
    people.prepare_phones(base, {"p01": "secret"})
    anne = people.add(base, "Anne", language="fr", at=noon)

    def wish(state: PresenceState) -> presence.Presence:
        return presence.set(base, anne.id, state, by="Anne", at=noon)

    interrupted(lambda: wish(PresenceState.PAUSED), UPDATE_presence=lambda: wish(PresenceState.OUT))
    assert [(one.state, one.version) for one in presence.all(base)] == [(PresenceState.OUT, 3)]


def test_a_switch_turned_for_the_first_time_by_two_is_turned(base: Base, noon: datetime) -> None:
    def close() -> switches.Switch:
        return switches.turn(base, "closed", True, by="Anne", at=noon)

    first, second = interrupted(close, INSERT_INTO_switch=close)
    assert first == second == switches.current(base)["closed"]


def test_a_lease_wanted_by_two_has_one_holder(base: Base, noon: datetime) -> None:
    def take(holder: str) -> bool:
        return leases.take(base, "switch", holder, at=noon, lasts=HOUR)

    given = interrupted(lambda: take("a"), INSERT_INTO_lease=lambda: take("b"))
    assert sorted(given) == [False, True]


# --- calls and requests -----------------------------------------------------------------------------------------------


def test_the_end_of_a_call_and_what_makes_it_better_never_pass_each_other_by(base: Base, noon: datetime) -> None:
    call(base, "1.1", ANNE, noon)
    calls.note(base, "1.1", [CallEvent(noon, CallEventKind.ROUTED, {"destination": "staff"})])
    answered = [CallEvent(noon, CallEventKind.STAFF_ANSWERED)]
    interrupted(
        lambda: calls.close_call(base, "1.1", at=noon, ending=None, cause=None, wait_ms=5000),
        UPDATE_call=lambda: calls.note(base, "1.1", answered, wait_ms=5000),
    )
    assert story(base, "1.1").call.ending == Ending.STAFF


def test_one_call_opened_twice_is_one(base: Base, noon: datetime) -> None:
    def enter() -> calls.OpenedCall:
        return call(base, "1.1", ANNE, noon)

    first, second = interrupted(enter, INSERT_INTO_call=enter)
    assert first.contact_id == second.contact_id
    assert len(find(base, ANNE)) == 1


def test_two_promises_to_one_line_are_one_callback(base: Base, noon: datetime) -> None:
    for ref in ("1.1", "1.2"):
        call(base, ref, ANNE, noon)
    given = interrupted(
        lambda: calls.promise_callback(base, "1.1", at=noon),
        INSERT_INTO_request=lambda: calls.promise_callback(base, "1.2", at=noon),
    )
    assert given == [True, True]
    assert len(requests.open_requests(base)) == 1


def test_a_promise_is_kept_when_the_one_in_its_way_is_closed_meanwhile(base: Base, noon: datetime) -> None:
    def ask(ref: str) -> requests.Request:
        contact = {"contact_id": opened.contact_id, "line_id": opened.line_id}
        return requests.open_request(base, RequestKind.CALLBACK, call_ref=ref, **contact, at=noon)

    def close() -> requests.Request:
        return requests.close(base, requests.open_requests(base)[0].id, by="Anne", outcome="reached", at=noon)

    for ref in ("1.1", "1.2"):
        opened = call(base, ref, ANNE, noon)
    asked, *_ = interrupted(lambda: ask("1.1"), INSERT_INTO_request=lambda: ask("1.2"), ROLLBACK_TO_SAVEPOINT=close)
    assert asked in requests.open_requests(base)


def test_a_voicemail_kept_twice_is_one(base: Base, noon: datetime) -> None:
    call(base, "1.1", ANNE, noon)

    def keep() -> voicemails.Voicemail:
        return voicemails.keep(base, "1.1", file="1.1.wav", seconds=4, at=noon)

    first, second = interrupted(keep, INSERT_INTO_voicemail=keep)
    assert first == second


def test_two_cards_merged_into_each_other_are_merged_one_way(base: Base, noon: datetime) -> None:
    anne, basile = (call(base, f"1.{n}", line, noon).contact_id for n, line in enumerate((ANNE, BASILE)))
    given = interrupted(
        lambda: merges.merge(base, anne, basile, by="test", at=noon),
        INSERT_INTO_contact_merge=lambda: merges.merge(base, basile, anne, by="test", at=noon),
    )
    assert sum(isinstance(one, RecordsError) for one in given) == 1
    assert len({card.id for line in (ANNE, BASILE) for card in find(base, line)}) == 1


# --- the base itself --------------------------------------------------------------------------------------------------


@pytest.mark.engine("postgresql")
def test_of_two_who_wait_for_each_other_one_is_told_to_try_again(base: Base) -> None:
    def first() -> None:
        with base.write() as connection:
            connection.execute(update(Cursor).where(Cursor.name == "a").values(position=1))
            connection.execute(delete(Cursor).where(Cursor.name == "b"))

    def second() -> None:
        with base.write() as connection:
            connection.execute(update(Cursor).where(Cursor.name == "b").values(position=2))
            connection.execute(update(Cursor).where(Cursor.name == "a").values(position=2))

    with base.write() as connection:
        connection.execute(insert(Cursor), [{"name": name, "position": 0} for name in "ab"])
    given = interrupted(first, DELETE_FROM_cursor=second)
    assert sorted(type(one).__name__ for one in given) == ["BaseBusy", "NoneType"]


def test_a_base_migrated_by_two_is_migrated_once(bases: Maker) -> None:
    url = bases.empty()
    given = interrupted(lambda: upgrade(url), CREATE_TABLE_contact=lambda: upgrade(url))
    assert given == [True, True]
    assert version(url) == newest()


def test_who_has_to_wait_too_long_for_a_turn_is_told_to_try_again(base: Base, noon: datetime) -> None:
    with base.write() as connection:
        take_turn(connection, "plan")
        with pytest.raises(BaseBusy), base.write(wait_ms=50) as other:
            take_turn(other, "plan")


# --- callbacks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("second", ["request", "opposition", "same wish"])
def test_two_who_close_at_once_are_one_after_the_other(base: Base, second: str) -> None:
    accepted = promised(base)
    [request] = requests.open_requests(base)

    def close(by: str) -> str | None:
        return requests.close(base, request.id, by=by, outcome="reached", at=SOON).closed_by

    def act() -> object:
        match second:
            case "request":
                return close("basile")
            case "opposition":
                return oppositions.oppose(base, VISITOR, "letter", "basile", SOON)
        return state(base, promised(base, at=SOON).ref)

    # The second comes while the first has moved the callback and not closed its request.
    closed, given = interrupted(lambda: close("anne"), UPDATE_request=act)

    assert closed == "anne"
    assert given == {"request": "anne", "opposition": None, "same wish": CallbackState.QUEUED}[second]
    assert state(base, accepted.ref) is CallbackState.TREATED
