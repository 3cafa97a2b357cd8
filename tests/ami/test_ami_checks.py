"""What `doctor` says of the switch door."""

import asyncio
from datetime import UTC, datetime, timedelta

from scripted_ami import REFUSAL, ScriptedAmi, listed

from ami import checks
from ami.link import Account
from records import leases
from records.base import Base
from records.verdict import Check

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)


def told(base: Base, **answers: bytes) -> dict[str, Check]:
    async def test() -> list[Check]:
        async with ScriptedAmi() as ami:
            ami.answers |= answers
            return await asyncio.to_thread(lambda: list(checks.checks(base, ami.account, NOON)))

    return {check.name: check for check in asyncio.run(test())}


def test_all_is_well(base: Base) -> None:
    leases.take(base, "switch", "a", at=NOON, lasts=timedelta(seconds=3))
    found = told(base, QueueStatus=listed(["Event: QueueParams"]))
    assert [check.ok for check in found.values()] == [True, True]


def test_nobody_leads(base: Base) -> None:
    assert not told(base, QueueStatus=listed())["leader"].ok


def test_nobody_is_there(base: Base) -> None:
    (link, _) = checks.checks(base, Account(1, "tester", "secret"), NOON)
    assert not link.ok
    assert link.mend


def test_the_password_is_wrong(base: Base) -> None:
    found = told(base, Login=REFUSAL)["manager interface"]
    assert not found.ok
    assert "refuses our name and password" in found.sentence
