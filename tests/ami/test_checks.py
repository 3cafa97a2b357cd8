"""What `doctor` says of the switch door."""

import asyncio
from datetime import UTC, datetime, timedelta

from scripted_ami import REFUSAL, ScriptedAmi, list_response

from ami import checks
from ami.connection import AmiLogin
from records import leases
from records.check_result import CheckResult
from records.database.engine import Database

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)


def told(database: Database, **answers: bytes) -> dict[str, CheckResult]:
    async def test() -> list[CheckResult]:
        async with ScriptedAmi() as ami:
            ami.answers |= answers
            return await asyncio.to_thread(lambda: list(checks.check_manager_interface(database, ami.login, NOON)))

    return {check.name: check for check in asyncio.run(test())}


def test_all_is_well(database: Database) -> None:
    leases.acquire(database, "switch", "a", at=NOON, duration=timedelta(seconds=3))
    found = told(database, QueueStatus=list_response(["Event: QueueParams"]))
    assert [check.ok for check in found.values()] == [True, True]


def test_nobody_leads(database: Database) -> None:
    assert not told(database, QueueStatus=list_response())["leader"].ok


def test_nobody_is_there(database: Database) -> None:
    (link, _) = checks.check_manager_interface(database, AmiLogin(1, "tester", "secret"), NOON)
    assert not link.ok
    assert link.remedy


def test_the_password_is_wrong(database: Database) -> None:
    found = told(database, Login=REFUSAL)["manager interface"]
    assert not found.ok
    assert "rejects our name and password" in str(found.message)
