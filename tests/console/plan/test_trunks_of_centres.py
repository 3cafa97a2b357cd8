"""The operators' lines that an overflow centre may be reached by, under the names that people gave them."""

import html
import re
from pathlib import Path

import pytest
from console_client import ConsoleApp, ConsoleUser
from plan_section import SEED, PlanSection, form_fields, submit_change

from records import trunks
from records.actor import command_line_actor
from records.secret_box import SecretBox
from records.trunks import StoredTrunk
from routing.access.permissions import Role
from routing.trunks import Trunk

OPERATOR = command_line_actor("test")


@pytest.fixture
def plan_section(console: ConsoleApp, tmp_path: Path) -> PlanSection:
    """Two trunks, one of which was removed."""
    console.connect_trunk()
    gone = StoredTrunk("west", "Opérateur Ouest", Trunk(address="192.0.2.20"))
    trunks.add_trunk(console.database, OPERATOR, SecretBox([]), gone, at=console.now)
    trunks.remove_trunk(console.database, OPERATOR, "west", at=console.now)
    return PlanSection(console, tmp_path)


@pytest.fixture
def staff(plan_section: PlanSection) -> ConsoleUser:
    return plan_section.console.sign_in(Role.SUPERVISOR)


def lead_centres_by(plan_section: PlanSection, *names: str) -> None:
    centres = ", ".join(f"{{name: centre_{number}, sip: {name}}}" for number, name in enumerate(names))
    plan_section.replace_text(f"{SEED}\noverflow:\n  centres: [{centres}]\n")


def offered(staff: ConsoleUser) -> dict[str, str]:
    """The lines to choose from for the first centre: what the form sends, and what people read."""
    (choice,) = re.findall(r'<select [^>]*name="trunk-0"[^>]*>(.*?)</select>', staff.get("/plan/overflow").text, re.S)
    return {
        value: html.unescape(text) for value, text in re.findall(r'<option value="(.*?)".*?>(.*?)</option>', choice)
    }


def test_a_line_that_only_the_plan_names_is_offered_in_plain_words(
    plan_section: PlanSection, staff: ConsoleUser
) -> None:
    lead_centres_by(plan_section, "south")
    there = {"": "La ligne habituelle de votre opérateur", "operator": "Opérateur"}
    assert offered(staff) == {"south": "Une ligne qui n'est pas configurée", **there}
    assert form_fields(staff.get("/plan/overflow"))["trunk-0"] == "south"  # it stays chosen
    lead_centres_by(plan_section, "west", "south", "east", "south")
    assert offered(staff) == {
        "west": "Opérateur Ouest (supprimée)",
        "south": "Une ligne qui n'est pas configurée (1)",
        "east": "Une ligne qui n'est pas configurée (2)",
        **there,
    }


def test_the_review_says_the_name_that_people_gave_the_line(plan_section: PlanSection, staff: ConsoleUser) -> None:
    lead_centres_by(plan_section, "south")
    review = submit_change(staff, "/plan/overflow", **{"trunk-0": "operator"})
    assert "par la ligne « Opérateur »" in html.unescape(review.text).replace("\u00a0", " ")
