import console.checks
from records.database.engine import Database


def test_doctor_tells_whether_staff_are_served_and_over_what(database: Database) -> None:
    (ill,) = console.checks.checks(database, "http://127.0.0.1:1", is_reachable=False, is_unencrypted=False)
    assert not ill.ok and ill.remedy

    clear, _ = console.checks.checks(database, "http://127.0.0.1:1", is_reachable=True, is_unencrypted=True)
    assert clear.ok and clear.remedy
