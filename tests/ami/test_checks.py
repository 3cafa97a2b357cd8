"""The checks of the manager interface and of the leading process, which `doctor` runs."""

import asyncio
from datetime import UTC, datetime, timedelta

from scripted_ami import REFUSAL, ScriptedAmi, list_response

from ami import checks
from ami.connection import AmiLogin
from records import leases
from records.check_result import CheckResult
from records.database.engine import Database

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)


def run_checks(database: Database, **answers: bytes) -> dict[str, CheckResult]:
    async def test() -> list[CheckResult]:
        async with ScriptedAmi() as ami:
            ami.answers |= answers
            return await asyncio.to_thread(lambda: list(checks.check_manager_interface(database, ami.login, NOON)))

    return {check.name: check for check in asyncio.run(test())}


def test_with_a_login_and_a_leader_both_checks_pass(database: Database) -> None:
    leases.acquire(database, "switch", "a", at=NOON, duration=timedelta(seconds=3))
    results = run_checks(database, QueueStatus=list_response(["Event: QueueParams"]))
    assert [check.ok for check in results.values()] == [True, True]


def test_without_a_leader_the_check_fails(database: Database) -> None:
    assert not run_checks(database, QueueStatus=list_response())["leader"].ok


def test_without_a_manager_interface_the_check_fails_and_has_a_remedy(database: Database) -> None:
    (interface, _) = checks.check_manager_interface(database, AmiLogin(1, "tester", "secret"), NOON)
    assert not interface.ok
    assert interface.remedy


def test_a_wrong_password_fails_the_check_and_is_named(database: Database) -> None:
    result = run_checks(database, Login=REFUSAL)["manager interface"]
    assert not result.ok
    assert "rejects our name and password" in str(result.message)
