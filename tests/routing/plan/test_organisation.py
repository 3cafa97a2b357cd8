"""What a plan says of the organisation."""

import re

import pytest

from routing.organisation import Organisation
from routing.plan.errors import PlanError
from routing.plan.parsing import parse_plan

NAME = {"fr": "Mairie", "en": "Town hall"}


def read(default_plan_text: str, *lines: str) -> Organisation:
    return parse_plan(default_plan_text + "\norganisation:" + "\n  ".join(("", *lines)) + "\n").organisation


def test_the_commented_section_of_the_default_plan_can_be_used(default_plan_text: str) -> None:
    section = default_plan_text[default_plan_text.index("# organisation:") : default_plan_text.index("# Each public")]
    organisation = parse_plan(default_plan_text + re.sub(r"^# ?", "", section, flags=re.M)).organisation
    assert organisation.can_be_written_to and organisation.privacy_email == "donnees@mairie.example"
    assert [field for field in Organisation.__dataclass_fields__ if not getattr(organisation, field)] == []


def test_without_the_key_nobody_is_named(default_plan_text: str) -> None:
    assert parse_plan(default_plan_text).organisation == Organisation()
    assert read(default_plan_text) == Organisation() and not Organisation().can_be_written_to


def test_a_name_by_language_alone_is_still_read(default_plan_text: str) -> None:
    assert read(default_plan_text, "{fr: Mairie, en: Town hall}").name == NAME
    assert read(default_plan_text, "name: {fr: Mairie, en: Town hall}", "privacy_address: Rue 1").name == NAME


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("privacy_email: anne", "is not an e-mail address"),
        ("privacy_email: a@b@c", "is not an e-mail address"),
        ("privacy_page: www.example.org", "is not the address of a page"),
        ("privacy_page: http://example.org/", "is not the address of a page"),
        ('privacy_page: "javascript:alert(1)"', "is not the address of a page"),
        ('privacy_page: "https://example.org/a b"', "is not the address of a page"),
        (f"privacy_page: https://example.org/{'a' * 300}", "is not the address of a page"),
        ('privacy_address: "a\\nb"', "write one plain line"),
        ("privacy_mail: a@example.org", "is not known here"),
    ],
)
def test_a_mistake_is_refused(default_plan_text: str, line: str, reason: str) -> None:
    with pytest.raises(PlanError, match=re.escape(reason)):
        read(default_plan_text, line)
