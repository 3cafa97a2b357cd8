"""Which PINs are accepted."""

import pytest

from routing.access.pins import pin_problem


@pytest.mark.parametrize(
    ("pin", "problem"),
    [
        ("", "digits"),
        ("12a456", "digits"),
        ("２７４０１６", "digits"),  # full-width digits
        ("27401", "short"),
        ("2740162740161", "long"),
        ("000000", "easy"),
        ("123456", "easy"),
        ("345678", "easy"),
        ("890123", "easy"),
        ("987654", "easy"),
        ("121212", "easy"),
        ("274274", "easy"),
        ("112233", "easy"),
        ("111112", "easy"),
        ("274016", None),
        ("19841984", "easy"),
        ("905137284610", None),
    ],
)
def test_a_pin_that_is_easy_to_guess_is_refused(pin: str, problem: str | None) -> None:
    assert pin_problem(pin) == problem
