"""The pauses of agents, with reasons, beginning and end."""

from datetime import datetime, timedelta

import pytest

from records.database.engine import Database
from records.staff import agents, presence
from records.staff.agents import Agent
from records.staff.pauses import KEPT, Pause, list_pauses, purge_pauses
from records.staff.presence import PresenceState

MINUTE = timedelta(minutes=1)


@pytest.fixture
def anne(database: Database, noon: datetime) -> Agent:
    agents.create_sip_accounts(database, {"p01": "secret-1"})
    return agents.add_agent(database, "Anne", language="fr", at=noon)


def test_a_pause_is_kept_from_its_beginning_to_its_end_and_another_reason_is_another_pause(
    database: Database, anne: Agent, noon: datetime
) -> None:
    def pause(reason: str, minutes: int) -> None:
        at = noon + minutes * MINUTE
        presence.set_presence(database, anne.id, PresenceState.PAUSED, reason=reason, by="Anne", at=at)

    pause("meeting", 1)
    pause("meeting", 2)
    pause("lunch", 5)
    meeting = Pause("meeting", "Anne", noon + MINUTE, noon + 5 * MINUTE)
    assert list_pauses(database, anne.id, 9) == (Pause("lunch", "Anne", noon + 5 * MINUTE, None), meeting)
    presence.set_presence(database, anne.id, PresenceState.READY, by="Anne", at=noon + 9 * MINUTE)
    lunch = Pause("lunch", "Anne", noon + 5 * MINUTE, noon + 9 * MINUTE)
    assert list_pauses(database, anne.id, 9) == (lunch, meeting)
    assert list_pauses(database, anne.id, 1) == (lunch,)

    purge_pauses(database, lunch.started_at + KEPT + MINUTE)
    assert list_pauses(database, anne.id, 9) == (lunch,)


def test_the_pause_of_an_agent_who_leaves_ends(database: Database, anne: Agent, noon: datetime) -> None:
    presence.pause_if_ready(database, "p01", reason="no answer", by="standardiste", at=noon)
    purge_pauses(database, noon + 2 * KEPT)
    assert len(list_pauses(database, anne.id, 9)) == 1  # it lasts
    agents.remove_agent(database, anne.id, password="changed", at=noon + MINUTE)
    assert [one.ended_at for one in list_pauses(database, anne.id, 9)] == [noon + MINUTE]
