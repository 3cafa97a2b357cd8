"""The check of the console that `standardiste doctor` runs."""

import console.checks
from records.database.engine import Database


def test_doctor_reports_whether_the_console_answers_and_is_encrypted(database: Database) -> None:
    (ill,) = console.checks.checks(database, "http://127.0.0.1:1", is_reachable=False, is_unencrypted=False)
    assert not ill.ok and ill.remedy

    clear, _ = console.checks.checks(database, "http://127.0.0.1:1", is_reachable=True, is_unencrypted=True)
    assert clear.ok and clear.remedy
