"""Who calls, on the page of the agent who is rung: how far the call has come, and who does not see it."""

import pytest
from asterisk_files import open_call
from console_client import ConsoleApp, ConsoleUser
from sqlalchemy import update

from records.call_events import CallEvent, CallEventKind
from records.calls import calls
from records.schema import User as Users
from records.staff import agents
from records.staff.own_calls import begin_ring, end_ring
from routing.access.permissions import Role

RINGS, TALKS = "Votre téléphone sonne", "Vous êtes en communication"


@pytest.fixture
def anne(console: ConsoleApp) -> ConsoleUser:
    """An agent whose telephone p01 rings for the call 1.1, in the frame of a page."""
    agents.create_sip_accounts(console.database, {"p01": "secret", "p02": "secret"})
    agent = agents.add_agent(console.database, "Anne", language="fr", at=console.now)
    user = console.add_user(Role.STAFF)
    with console.database.write() as connection:
        connection.execute(update(Users).where(Users.id == user.id).values(agent_id=agent.id))
    open_call(console.database, "1.1", console.now, CallEventKind.QUEUE_ENTERED)
    begin_ring(console.database, "p01", "1.1", console.now)
    return console.sign_in(user=user)


def answer(console: ConsoleApp, phone: str) -> None:
    event = CallEvent(console.now, CallEventKind.STAFF_ANSWERED, {"phone": phone})
    calls.add_events(console.database, "1.1", [event])


def test_the_agent_who_is_rung_sees_the_caller_and_so_they_do_while_they_talk(
    console: ConsoleApp, anne: ConsoleUser
) -> None:
    assert RINGS in anne.get("/strip").text
    answer(console, "p01")
    assert TALKS in anne.get("/strip").text


def test_a_caller_whom_a_colleague_answers_leaves_the_page(console: ConsoleApp, anne: ConsoleUser) -> None:
    answer(console, "p02")
    assert RINGS not in anne.get("/strip").text and TALKS not in anne.get("/strip").text


def test_a_caller_whom_the_agent_did_not_answer_leaves_the_page(console: ConsoleApp, anne: ConsoleUser) -> None:
    end_ring(console.database, "p01", "1.1")
    assert RINGS not in anne.get("/strip").text


def test_nobody_else_sees_who_rings_an_agent(console: ConsoleApp, anne: ConsoleUser) -> None:
    for role in (Role.STAFF, Role.SUPERVISOR, Role.ADMINISTRATOR):
        assert RINGS not in console.sign_in(role).get("/strip").text
