"""What doctor says of the public pages."""

from callback_api.checks import check_privacy_contact
from routing.organisation import Organisation


def test_without_an_address_doctor_advises_to_give_one() -> None:
    without = check_privacy_contact(Organisation(name={"fr": "Mairie"}, privacy_page="https://mairie.example/donnees"))
    assert without.ok and without.remedy and "privacy" not in str(without.message)
    for known in (Organisation(privacy_email="a@example.org"), Organisation(privacy_address="Mairie, 00000 Exemple")):
        assert check_privacy_contact(known).remedy is None
