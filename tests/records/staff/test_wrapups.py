"""The wrap-ups of agents: lengthened by them alone, a few times, and over by the clock or as soon as they say so."""

from datetime import datetime, timedelta

import pytest

from records.database.engine import Database
from records.staff import agents, presence
from records.staff.agents import Agent
from records.staff.presence import Presence, PresenceState
from records.staff.wrapups import MAX_LENGTHENINGS, begin_wrapup, find_wrapup_end, is_lengthened, lengthen_wrapup

WRAPUP, MORE, MOMENT = timedelta(seconds=10), timedelta(seconds=60), timedelta(seconds=1)


@pytest.fixture
def anne(database: Database, noon: datetime) -> Agent:
    """An agent whose call ended at noon."""
    agents.create_sip_accounts(database, {"p01": "secret-1", "p02": "secret-2"})
    anne = agents.add_agent(database, "Anne", language="fr", at=noon)
    begin_wrapup(database, "p01", noon + WRAPUP)
    return anne


def stored(database: Database) -> Presence:
    return presence.list_presences(database)[0]


def test_a_wrapup_ends_by_the_clock(database: Database, anne: Agent, noon: datetime) -> None:
    assert find_wrapup_end(stored(database), noon + WRAPUP - MOMENT) == noon + WRAPUP
    assert find_wrapup_end(stored(database), noon + WRAPUP) is None
    assert not lengthen_wrapup(database, anne.id, MORE, noon + WRAPUP)


def test_an_agent_lengthens_their_own_so_many_times_and_no_more(
    database: Database, anne: Agent, noon: datetime
) -> None:
    colleague = agents.add_agent(database, "Jean", language="fr", at=noon)
    assert not is_lengthened(stored(database), noon)
    assert not lengthen_wrapup(database, colleague.id, MORE, noon)
    assert [lengthen_wrapup(database, anne.id, MORE, noon) for _ in range(MAX_LENGTHENINGS)] == [True] * 3
    assert not lengthen_wrapup(database, anne.id, MORE, noon)
    assert find_wrapup_end(stored(database), noon) == noon + WRAPUP + 3 * MORE
    assert is_lengthened(stored(database), noon) and not is_lengthened(stored(database), noon + WRAPUP + 3 * MORE)
    assert presence.list_presences(database)[1].wrapup_until is None

    begin_wrapup(database, "p01", noon + 2 * WRAPUP)
    assert lengthen_wrapup(database, anne.id, MORE, noon), "after the next call they may again"


@pytest.mark.parametrize("state", PresenceState)
def test_whoever_chooses_a_presence_is_no_longer_in_a_wrapup(
    database: Database, anne: Agent, noon: datetime, state: PresenceState
) -> None:
    presence.set_presence(database, anne.id, state, by="Anne", at=noon + MOMENT)
    presence.set_presence(database, anne.id, PresenceState.READY, by="Anne", at=noon + 2 * MOMENT)
    assert stored(database).wrapup_until == noon + MOMENT
    assert not lengthen_wrapup(database, anne.id, MORE, noon + 3 * MOMENT)


@pytest.mark.parametrize("state", [PresenceState.PAUSED, PresenceState.OUT])
def test_the_end_of_a_call_brings_nobody_back_who_is_away(
    database: Database, anne: Agent, noon: datetime, state: PresenceState
) -> None:
    presence.set_presence(database, anne.id, state, by="Anne", at=noon + MOMENT)
    begin_wrapup(database, "p01", noon + MORE)
    assert not lengthen_wrapup(database, anne.id, MORE, noon + 2 * MOMENT)
    assert (stored(database).state, stored(database).wrapup_until) == (state, noon + MOMENT)
