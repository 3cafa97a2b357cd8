import console.checks
from records.base import Base


def test_doctor_tells_whether_staff_are_served_and_over_what(base: Base) -> None:
    (ill,) = console.checks.checks(base, "http://127.0.0.1:1", answers=False, in_clear=False)
    assert not ill.ok and ill.mend and ill.mend_fr

    clear, _ = console.checks.checks(base, "http://127.0.0.1:1", answers=True, in_clear=True)
    assert clear.ok and clear.mend and clear.mend_fr
