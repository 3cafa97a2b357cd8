"""Telephones of agents: accounts that are issued and taken back, links that work once, test rings."""

from datetime import UTC, datetime, timedelta

import pytest

from records.actor import Actor, Forbidden, command_line_actor
from records.database.engine import Database
from records.errors import NotFound
from records.staff import agents, phone_pairings, phone_rings
from records.staff.agents import Agent
from records.staff.phone_rings import RingResult
from routing.access.permissions import Role

NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)
SUPERVISOR = Actor(None, Role.SUPERVISOR, "Sup")


@pytest.fixture
def margot(database: Database) -> Agent:
    agents.create_desks(database, 2)
    return agents.add_agent(database, "Margot", language="fr", at=NOON)


def test_a_new_account_replaces_the_one_before_and_its_link_works_once(database: Database, margot: Agent) -> None:
    issued, secret = phone_pairings.issue_phone(database, SUPERVISOR, margot.id, at=NOON)

    assert issued.desk == margot.desk
    assert (issued.sip_account, issued.password) != (margot.sip_account, margot.password)
    assert phone_pairings.redeem_pairing(database, secret, at=NOON) == issued
    assert phone_pairings.redeem_pairing(database, secret, at=NOON) is None


def test_a_link_expires_and_is_worth_nothing_after_another_account(database: Database, margot: Agent) -> None:
    _, late = phone_pairings.issue_phone(database, SUPERVISOR, margot.id, at=NOON)
    assert phone_pairings.redeem_pairing(database, late, at=NOON + timedelta(minutes=31)) is None

    _, first = phone_pairings.issue_phone(database, SUPERVISOR, margot.id, at=NOON)
    agents.reissue_account(database, margot.id)
    assert phone_pairings.redeem_pairing(database, first, at=NOON) is None

    _, second = phone_pairings.issue_phone(database, SUPERVISOR, margot.id, at=NOON)
    phone_pairings.revoke_phone(database, SUPERVISOR, margot.id, at=NOON)
    assert phone_pairings.redeem_pairing(database, second, at=NOON) is None


def test_a_telephone_rings_once_for_all_who_ask_at_the_same_time(database: Database, margot: Agent) -> None:
    asked = {phone_rings.request_ring(database, SUPERVISOR, margot.id, at=NOON).id for _ in range(3)}
    (ring_id,) = phone_rings.claim_rings(database, at=NOON)

    assert asked == {ring_id}
    assert phone_rings.claim_rings(database, at=NOON) == ()
    assert phone_rings.authorize_ring(database, ring_id, at=NOON) == margot
    assert phone_rings.authorize_ring(database, ring_id, at=NOON) is None
    ring = phone_rings.find_last_ring(database, margot.id, at=NOON)
    assert ring and (ring.result, ring.is_running) == (RingResult.RINGING, True)


def test_what_came_of_a_ring_is_kept_and_an_answer_stays_one(database: Database, margot: Agent) -> None:
    ring_id = phone_rings.request_ring(database, SUPERVISOR, margot.id, at=NOON).id
    phone_rings.claim_rings(database, at=NOON)
    phone_rings.authorize_ring(database, ring_id, at=NOON)
    assert phone_rings.record_answer(database, ring_id, at=NOON) == margot
    another = phone_rings.request_ring(database, SUPERVISOR, margot.id, at=NOON).id
    assert another != ring_id  # the button is there again, though the first call has not ended yet
    phone_rings.end_ring(database, another, RingResult.ANSWERED, at=NOON)

    phone_rings.end_ring(database, ring_id, RingResult.FAILED, at=NOON)

    with database.read() as connection:
        results = connection.exec_driver_sql("SELECT result FROM phone_ring ORDER BY id").scalars()
        assert list(results) == [RingResult.ANSWERED, RingResult.ANSWERED]


def test_a_ring_that_nobody_carries_out_has_failed_and_comes_no_later(database: Database, margot: Agent) -> None:
    phone_rings.request_ring(database, SUPERVISOR, margot.id, at=NOON)
    later = NOON + timedelta(seconds=21)

    ring = phone_rings.find_last_ring(database, margot.id, at=later)

    assert ring and (ring.result, ring.is_running) == (RingResult.FAILED, False)
    assert phone_rings.claim_rings(database, at=later) == ()


def test_only_those_who_manage_agents_may_and_the_agent_must_be_there(database: Database, margot: Agent) -> None:
    actions = (phone_pairings.issue_phone, phone_pairings.revoke_phone, phone_rings.request_ring)
    for action in actions:
        for role in set(Role) - {Role.SUPERVISOR, Role.ADMINISTRATOR}:
            with pytest.raises(Forbidden):
                action(database, Actor(None, role, "anybody"), margot.id, at=NOON)
        with pytest.raises(NotFound):
            action(database, command_line_actor("test"), 999, at=NOON)
