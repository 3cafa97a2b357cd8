"""What visitors read about their data."""

from types import SimpleNamespace

import pytest

from callback_api.pages.privacy_notice import build_privacy_notice, format_days
from routing.organisation import Organisation
from routing.retention import RetentionRules


@pytest.mark.parametrize(
    ("days", "french", "english"),
    [
        (1, "1 jour", "1 day"),
        (45, "45 jours", "45 days"),
        (90, "3 mois", "3 months"),
        (365, "1 an", "1 year"),
        (1095, "3 ans", "3 years"),
    ],
)
def test_a_duration_is_said_in_the_largest_whole_unit(days: int, french: str, english: str) -> None:
    assert (format_days(days).in_language("fr"), format_days(days).in_language("en")) == (french, english)


def test_the_notice_is_that_of_the_plan_in_the_language_of_the_reader() -> None:
    organisation = Organisation(
        name={"fr": "Mairie"}, privacy_contact="La déléguée", privacy_email="dpo@mairie.example"
    )
    plan = SimpleNamespace(organisation=organisation, retention=RetentionRules(callback=30))
    notice = build_privacy_notice(SimpleNamespace(plan=lambda: plan), "en")  # type: ignore[arg-type]
    assert (notice.organisation, notice.contact, notice.email) == ("Mairie", "La déléguée", "dpo@mairie.example")
    assert str(notice.kept) == "1 month"
