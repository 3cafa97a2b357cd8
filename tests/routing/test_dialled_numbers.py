"""The forms in which a trunk may write the number called."""

import pytest

from routing.dialled_numbers import list_dialled_forms


@pytest.mark.parametrize(
    "dialled",
    [
        "+33199000000",
        "33199000000",
        "0033199000000",
        "0199000000",
        "199000000",
        "+330199000000",
        "330199000000",
        "00330199000000",
    ],
)
def test_a_french_number_is_known_in_each_form_that_operators_write(dialled: str) -> None:
    assert dialled in list_dialled_forms(["+33199000000"], "FR")["+33199000000"]


def test_an_overseas_number_is_known_under_the_code_of_the_mainland_too() -> None:
    forms = list_dialled_forms(["+262262990000"], "FR")["+262262990000"]
    assert {"+262262990000", "0262990000", "262990000", "+33262990000", "0033262990000"} <= set(forms)


def test_a_foreign_number_has_no_national_form() -> None:
    forms = list_dialled_forms(["+33199000000"], "GB")["+33199000000"]
    assert forms == ("+33199000000", "33199000000", "0033199000000")


def test_no_form_leads_to_two_numbers() -> None:
    landings = ["+33199000000", "+199000000", "+33199000001"]
    forms = list_dialled_forms(landings, "FR")
    written = [form for landing in landings for form in forms[landing]]
    assert len(written) == len(set(written))
    assert "199000000" in forms["+199000000"]  # its own usual form counts more than the unusual one of another
