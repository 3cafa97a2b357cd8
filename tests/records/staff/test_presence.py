"""The presence of agents."""

from datetime import datetime, timedelta

import pytest

from records.database.engine import Database
from records.errors import NotFound
from records.staff import agents, presence
from records.staff.agents import Agent
from records.staff.presence import PresenceState

LATER = timedelta(minutes=5)


@pytest.fixture
def anne(database: Database, noon: datetime) -> Agent:
    agents.create_sip_accounts(database, {"p01": "secret-1", "p02": "secret-2"})
    return agents.add_agent(database, "Anne", language="fr", at=noon, rank=2, outside_number="+33639980101")


def test_a_new_agent_is_ready_and_still_to_be_applied(database: Database, anne: Agent, noon: datetime) -> None:
    (state,) = presence.list_presences(database)
    assert (state.agent_id, state.sip_account, state.name) == (anne.id, "p01", "Anne")
    assert (state.rank, state.outside_number, state.speaks) == (2, "+33639980101", ("fr",))
    assert (state.state, state.since, state.applied_at, state.version) == (PresenceState.READY, noon, None, 1)


def test_a_changed_presence_is_still_to_be_applied_and_has_its_reason_and_since(
    database: Database, anne: Agent, noon: datetime
) -> None:
    presence.mark_applied(database, anne.id, 1, noon)

    paused = presence.set_presence(database, anne.id, PresenceState.PAUSED, reason="lunch", by="Anne", at=noon + LATER)

    assert (paused.state, paused.reason, paused.since) == (PresenceState.PAUSED, "lunch", noon + LATER)
    assert (paused.version, paused.applied_at) == (2, None)
    assert presence.list_presences(database) == (paused,)


def test_the_same_state_again_keeps_its_since(database: Database, anne: Agent, noon: datetime) -> None:
    assert presence.set_presence(database, anne.id, PresenceState.READY, by="Anne", at=noon + LATER).since == noon


def test_a_late_confirmation_does_not_mark_a_newer_version_as_applied(
    database: Database, anne: Agent, noon: datetime
) -> None:
    second = presence.set_presence(database, anne.id, PresenceState.PAUSED, by="Anne", at=noon)
    third = presence.set_presence(database, anne.id, PresenceState.READY, by="Anne", at=noon)

    presence.mark_applied(database, anne.id, second.version, noon)
    assert presence.list_presences(database)[0].applied_at is None

    presence.mark_applied(database, anne.id, third.version, noon + LATER)
    assert presence.list_presences(database)[0].applied_at == noon + LATER


def test_only_a_ready_agent_is_paused(database: Database, anne: Agent, noon: datetime) -> None:
    def pause(phone: str) -> bool:
        return presence.pause_if_ready(database, phone, reason="no answer", by="standardiste", at=noon + LATER)

    assert not pause("p02")
    assert pause("p01")
    (state,) = presence.list_presences(database)
    assert (state.state, state.reason, state.since) == (PresenceState.PAUSED, "no answer", noon + LATER)
    assert (state.version, state.applied_at) == (2, None)

    out = presence.set_presence(database, anne.id, PresenceState.OUT, by="Anne", at=noon)
    assert not pause("p01")
    assert presence.list_presences(database) == (out,)


def test_a_removed_agent_has_no_presence(database: Database, anne: Agent, noon: datetime) -> None:
    agents.remove_agent(database, anne.id, password="changed", at=noon)

    assert presence.list_presences(database) == ()
    with pytest.raises(NotFound, match="There is no agent"):
        presence.set_presence(database, anne.id, PresenceState.READY, by="Anne", at=noon)
    assert agents.add_agent(database, "Basile", language="fr", at=noon).desk == "01"
    assert [state.name for state in presence.list_presences(database)] == ["Basile"]
