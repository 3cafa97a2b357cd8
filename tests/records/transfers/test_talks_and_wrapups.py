"""Talks by person, and the wrap-ups of those to whom a call was handed over."""

from datetime import datetime, timedelta

import pytest
from recorded_calls import record_call

from records.call_events import CallEvent, CallEventKind
from records.calls import calls, handling_time
from records.calls.talks import find_current_talk, list_talks
from records.database.engine import Database
from records.page_topics import read_page_state
from records.staff import agents, presence
from records.staff.presence import PresenceState
from records.staff.wrapups import find_wrapup_end, is_lengthened, lengthen_wrapup
from records.transfers.transfers import Target, TargetKind, request_transfer
from records.transfers.wrapups import begin_wrapups_after_talks

WRAPUP = timedelta(seconds=30)


def seconds(noon: datetime, number: int) -> datetime:
    return noon + timedelta(seconds=number)


@pytest.fixture
def handed_over(database: Database, noon: datetime) -> str:
    """A call: p01 talks for 10 s, hands over, p02 talks for 20 s until second 35."""
    agents.create_sip_accounts(database, {"p01": "secret-1", "p02": "secret-2"})
    for name in ("Alice", "Bob"):
        agents.add_agent(database, name, language="fr", at=noon)
    record_call(database, "1.1", noon)
    told = [
        (0, CallEventKind.QUEUE_ENTERED, {}),
        (5, CallEventKind.STAFF_ANSWERED, {"phone": "p01"}),
        (15, CallEventKind.TRANSFERRED, {"phone": "p01", "to": "person", "target": "p02"}),
        (15, CallEventKind.STAFF_LEFT, {"phone": "p01"}),
        (15, CallEventKind.STAFF_ANSWERED, {"phone": "p02"}),
        (35, CallEventKind.STAFF_LEFT, {"phone": "p02"}),
    ]
    calls.add_events(database, "1.1", [CallEvent(seconds(noon, at), kind, detail) for at, kind, detail in told])
    return "1.1"


def test_each_person_talked_for_their_own_time(database: Database, handed_over: str, noon: datetime) -> None:
    calls.close_call(database, handed_over, at=seconds(noon, 36), disposition=None, cause=None)
    assert handling_time.mean_handling_time(database) == pytest.approx(15.0)


def test_a_talk_whose_end_is_not_on_record_ends_with_the_call(noon: datetime) -> None:
    told = [CallEvent(noon, CallEventKind.STAFF_ANSWERED, {"phone": "p01"})]
    assert list_talks(told, seconds(noon, 9))[0].ended_at == seconds(noon, 9)
    assert list_talks(told, None)[0].ended_at is None


def test_only_the_call_that_goes_on_is_an_agents_talk(database: Database, handed_over: str, noon: datetime) -> None:
    assert find_current_talk(database, "p01", seconds(noon, 40)) is None
    again = CallEvent(seconds(noon, 40), CallEventKind.STAFF_ANSWERED, {"phone": "p01"})
    calls.add_events(database, handed_over, [again])
    talk = find_current_talk(database, "p01", seconds(noon, 41))
    assert talk and (talk.ref, talk.since) == (handed_over, seconds(noon, 40))


def test_who_handed_over_and_who_took_the_call_wrap_up_from_the_end_of_their_own_talk(
    database: Database, handed_over: str, noon: datetime
) -> None:
    begin_wrapups_after_talks(database, noon, WRAPUP)
    alice, bob = presence.list_presences(database)
    assert find_wrapup_end(alice, seconds(noon, 36)) == seconds(noon, 15) + WRAPUP
    assert find_wrapup_end(bob, seconds(noon, 36)) == seconds(noon, 35) + WRAPUP
    for one in (alice, bob):  # Asterisk does not keep them from being rung, so we do
        assert is_lengthened(one, seconds(noon, 36)) and not is_lengthened(one, seconds(noon, 66))


def test_a_wrapup_after_a_call_of_the_queue_is_on_record_without_any_event_of_asterisk_and_kept_by_its_queue(
    database: Database, handed_over: str, noon: datetime
) -> None:
    told = [(40, CallEventKind.QUEUE_ENTERED), (41, CallEventKind.STAFF_ANSWERED), (50, CallEventKind.STAFF_LEFT)]
    events = [CallEvent(seconds(noon, at), kind, {"phone": "p01"}) for at, kind in told]
    calls.add_events(database, handed_over, events)
    begin_wrapups_after_talks(database, seconds(noon, 36), WRAPUP)
    alice = presence.list_presences(database)[0]
    assert find_wrapup_end(alice, seconds(noon, 51)) == seconds(noon, 50) + WRAPUP
    assert not is_lengthened(alice, seconds(noon, 51))


@pytest.mark.parametrize("state", [PresenceState.READY, PresenceState.PAUSED])
def test_a_wrapup_that_its_agent_has_ended_does_not_begin_again_when_the_record_is_read_again(
    database: Database, handed_over: str, noon: datetime, state: PresenceState
) -> None:
    bob = presence.list_presences(database)[1]
    if state is PresenceState.PAUSED:
        presence.set_presence(database, bob.agent_id, state, reason="break", by="Bob", at=seconds(noon, 20))
    seen = begin_wrapups_after_talks(database, noon, WRAPUP)
    presence.set_presence(database, bob.agent_id, PresenceState.READY, by="Bob", at=seconds(noon, 36))
    for since in (noon, seen):  # a new process, and the same one
        assert begin_wrapups_after_talks(database, since, WRAPUP) == seen < seconds(noon, 35)
        assert find_wrapup_end(presence.list_presences(database)[1], seconds(noon, 37)) is None


def test_a_wrapup_that_was_lengthened_stays_so_when_the_record_is_read_again(
    database: Database, handed_over: str, noon: datetime
) -> None:
    begin_wrapups_after_talks(database, noon, WRAPUP)
    bob = presence.list_presences(database)[1]
    assert lengthen_wrapup(database, bob.agent_id, WRAPUP, seconds(noon, 36))
    begin_wrapups_after_talks(database, noon, WRAPUP)
    assert find_wrapup_end(presence.list_presences(database)[1], seconds(noon, 36)) == seconds(noon, 35) + 2 * WRAPUP


def test_open_pages_of_the_colleague_are_told_of_a_transfer_before_and_after_it(
    database: Database, handed_over: str, noon: datetime
) -> None:
    again = CallEvent(seconds(noon, 40), CallEventKind.STAFF_ANSWERED, {"phone": "p01"})
    calls.add_events(database, handed_over, [again])
    alice, bob = presence.list_presences(database)
    at = seconds(noon, 45)
    before = read_page_state(database, at).agents[bob.agent_id]
    request_transfer(database, alice.agent_id, Target(TargetKind.PERSON, bob.agent_id), note="Devis", at=at)
    asked = read_page_state(database, at).agents[bob.agent_id]
    returned = CallEvent(at, CallEventKind.TRANSFER_RETURNED, {"to": "person"})
    calls.add_events(database, handed_over, [returned])
    assert len({before, asked, read_page_state(database, at).agents[bob.agent_id]}) == 3
