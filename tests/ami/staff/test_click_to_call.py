"""A user who asked in the console to be called is called once, over a connection that may break."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from scripted_ami import ScriptedAmi

from ami import requested_work
from ami.connection import AmiConnection, ConnectionLost, open_connection
from ami.originate import Originator
from ami.staff.click_to_call import ClickToCallDialer
from records.actor import command_line_actor
from records.database.engine import Database
from records.staff import agents, click_to_call
from records.users import administration
from records.users.invitees import Invitee
from records.users.users import User
from routing.access.permissions import Role

HERE = command_line_actor("test")


@pytest.fixture
def margot(database: Database, monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.setattr(requested_work, "EVERY_S", 0.01)
    now = datetime.now(UTC)
    agents.create_sip_accounts(database, {"p01": "secret"})
    agent = agents.add_agent(database, "Margot", language="fr", at=now)
    invitee = Invitee("Margot", "margot@example.org", Role.MESSAGE_EDITOR, "fr", agent.id)
    user = administration.invite_users(database, HERE, [invitee], at=now)[0].user
    click_to_call.request_click_to_call(database, user.actor, "daily", at=now)
    return user


async def run_for(database: Database, connection: AmiConnection, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await ClickToCallDialer(database).run(Originator(connection))


def originates(ami: ScriptedAmi) -> list[dict[str, str]]:
    return [request for request in ami.requests if request["Action"] == "Originate"]


def test_a_user_is_called_and_asterisk_gets_nothing_but_the_channel_id(database: Database, margot: User) -> None:
    async def test() -> None:
        async with ScriptedAmi() as ami, open_connection(ami.login, lambda _: None) as connection:
            running = asyncio.create_task(run_for(database, connection, 10))
            while not originates(ami):
                await asyncio.sleep(0.01)
            running.cancel()
            (sent,) = originates(ami)
            assert (sent["Channel"], sent["ChannelId"], sent["Context"]) == (
                "Local/ctc-1@click-to-call/n",
                "ctc-1",
                "click-to-call-answered",
            )
            assert "Variable" not in sent and "CallerID" not in sent

    asyncio.run(test())


def test_a_connection_that_breaks_while_the_action_is_sent_calls_nobody_twice(database: Database, margot: User) -> None:
    async def test() -> None:
        async with ScriptedAmi() as ami:
            ami.hang_up_at("Originate", 3)
            with pytest.raises(ConnectionLost):
                async with open_connection(ami.login, lambda _: None) as connection:
                    await run_for(database, connection, 10)
            async with open_connection(ami.login, lambda _: None) as connection:
                await run_for(database, connection, 0.3)
            (cut,) = originates(ami)
            assert "Context" not in cut

    asyncio.run(test())
