"""Whoever asked in the console to be rung: once, over a link that may break."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from scripted_ami import ScriptedAmi

from ami import desk_rings as rings
from ami.desk_rings import DeskRings
from ami.link import Link, LinkLost, linked
from ami.originate import Originator
from records import account_changes, desk_rings, people
from records.accounts import Account
from records.base import Base
from records.newcomers import Newcomer
from records.viewer import at_machine
from routing.permissions import Role

HERE = at_machine("test")


@pytest.fixture
def margot(base: Base, monkeypatch: pytest.MonkeyPatch) -> Account:
    monkeypatch.setattr(rings, "EVERY_S", 0.01)
    now = datetime.now(UTC)
    people.prepare_phones(base, {"p01": "secret"})
    person = people.add(base, "Margot", language="fr", at=now)
    newcomer = Newcomer("Margot", "margot@example.org", Role.MESSAGE_EDITOR, "fr", person.id)
    account = account_changes.invite(base, HERE, [newcomer], at=now)[0].account
    desk_rings.ask(base, account.viewer, "daily", at=now)
    return account


async def keep_for(base: Base, link: Link, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await DeskRings(base).keep(Originator(link))


def originates(ami: ScriptedAmi) -> list[dict[str, str]]:
    return [request for request in ami.requests if request["Action"] == "Originate"]


def test_who_asked_is_rung_and_asterisk_learns_no_more_than_the_name_of_the_call(base: Base, margot: Account) -> None:
    async def test() -> None:
        async with ScriptedAmi() as ami, linked(ami.account, lambda _: None) as link:
            keeping = asyncio.create_task(keep_for(base, link, 10))
            while not originates(ami):
                await asyncio.sleep(0.01)
            keeping.cancel()
            (sent,) = originates(ami)
            told = (sent["Channel"], sent["ChannelId"], sent["Context"])
            assert told == ("Local/desk-1@desk-ring/n", "desk-1", "desk-rung")
            assert "Variable" not in sent and "CallerID" not in sent

    asyncio.run(test())


def test_a_link_that_breaks_while_it_is_sent_rings_nobody_twice(base: Base, margot: Account) -> None:
    async def test() -> None:
        async with ScriptedAmi() as ami:
            ami.hang_up_at("Originate", 3)
            with pytest.raises(LinkLost):
                async with linked(ami.account, lambda _: None) as link:
                    await keep_for(base, link, 10)
            async with linked(ami.account, lambda _: None) as link:
                await keep_for(base, link, 0.3)
            (cut,) = originates(ami)
            assert "Context" not in cut

    asyncio.run(test())
