"""Parts of the plan made, named and removed in forms, by people who see no name of the YAML."""

import re

import pytest
from console_client import ConsoleApp, ConsoleUser
from plan_section import SEED, PlanSection, confirm_change, form_fields, submit_change

from routing.access.permissions import Role
from routing.plan.parsing import parse_plan


@pytest.fixture
def plan_section(console: ConsoleApp, tmp_path) -> PlanSection:
    return PlanSection(console, tmp_path)


@pytest.fixture
def staff(plan_section: PlanSection) -> ConsoleUser:
    return plan_section.console.sign_in(Role.SUPERVISOR)


def test_opening_hours_are_made_named_and_removed(plan_section: PlanSection, staff: ConsoleUser) -> None:
    review = submit_change(
        staff, "/plan/new/hours", **{"title": "Été à la mairie", "sat-1-from": "9h", "sat-1-to": "12h"}
    )
    assert confirm_change(staff, review).status_code == 303
    calendar = parse_plan(plan_section.text).hours["ete_a_la_mairie"]
    assert calendar.title["fr"] == "Été à la mairie" and calendar.week[5]
    assert "Été à la mairie" in staff.get("/plan").text

    review = submit_change(staff, "/plan/hours/ete_a_la_mairie", title="L'été")
    assert confirm_change(staff, review).status_code == 303
    assert parse_plan(plan_section.text).hours["ete_a_la_mairie"].title["fr"] == "L'été"

    review = submit_change(staff, "/plan/hours/ete_a_la_mairie", do="remove-part")
    assert confirm_change(staff, review).status_code == 303
    assert plan_section.text == SEED


def test_a_new_menu_is_ready_to_use(plan_section: PlanSection, staff: ConsoleUser) -> None:
    review = submit_change(staff, "/plan/new/menu", title="Services")
    assert confirm_change(staff, review).status_code == 303
    plan = parse_plan(plan_section.text)
    assert [choice.key for choice in plan.menus["services"].choices] == ["1", "2", "3"]

    confirm_change(staff, submit_change(staff, "/plan/menu/services", title="Guichets"))
    assert "Guichets" in staff.get("/plan").text
    confirm_change(staff, submit_change(staff, "/plan/menu/services", do="remove-part"))
    assert plan_section.text == SEED
    remarks = [line for line in SEED.splitlines() if line.strip().startswith("#")]
    assert [line for line in plan_section.text.splitlines() if line.strip().startswith("#")] == remarks


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("", "donnez-lui un nom"),
        ("  ", "donnez-lui un nom"),
        ("MENU principal", "est déjà pris"),
        ("x" * 61, "dépasse 60 caractères"),
        ("a\u202eb", "caractère invisible"),
    ],
)
def test_a_name_is_refused_at_its_field(staff: ConsoleUser, title: str, reason: str) -> None:
    answer = submit_change(staff, "/plan/new/menu", title=title)
    assert answer.status_code == 422
    assert reason in answer.text.partition('id="title-error"')[2].partition("</p>")[0]


def test_a_problem_of_a_new_part_is_shown_at_its_field(staff: ConsoleUser) -> None:
    answer = submit_change(staff, "/plan/new/hours", **{"title": "Été", "mon-1-to": "25:00"})
    assert answer.status_code == 422 and re.search(r'id="mon-1-\w+-error"', answer.text)
    answer = submit_change(staff, "/plan/new/menu", **{"title": "Été", "key-1": "12"})
    assert answer.status_code == 422 and 'id="key-1-error"' in answer.text


def test_what_is_in_use_is_kept_and_its_users_are_named(plan_section: PlanSection, staff: ConsoleUser) -> None:
    for path in ("/plan/hours/always", "/plan/menu/main"):
        answer = submit_change(staff, path, do="remove-part")
        assert answer.status_code == 409
        assert "encore utilisé" in answer.text and 'href="/plan/number/+33199000000"' in answer.text
        assert "01 99 00 00 00" in answer.text.replace("\N{NO-BREAK SPACE}", " ")
    assert plan_section.text == SEED


def form_pages(staff: ConsoleUser) -> list[str]:
    """The address of each form to which the overview of the plan leads, and of each website."""
    linked = staff.get("/plan").text + staff.get("/plan/sites").text
    found = set(re.findall(r'href="(/plan(?:/[^"?#]*)?|/agents[^"]*)"', linked))
    pages = sorted(found - {"/plan/text", "/plan/history"})  # for those who read YAML
    assert len(pages) > 20
    return pages


def test_no_name_of_the_yaml_is_on_a_page_of_the_plan(staff: ConsoleUser) -> None:
    for path in (*form_pages(staff), "/plan/call", "/plan/hours/always/import"):
        seen = "".join(part.partition(">")[2] for part in staff.get(path).text.split("<"))
        for name in ("main", "always", "daily", "www", "rrmemory"):
            assert not re.search(rf"[“«>(,:]\s*{name}\b", seen), path


def test_a_language_that_is_not_spoken_is_not_asked_for(plan_section: PlanSection, staff: ConsoleUser) -> None:
    plan_section.replace_text("languages: [fr]\n" + SEED)
    for path in set(form_pages(staff)) - {"/plan/languages"}:
        page = staff.get(path).text.partition("<main")[2]
        assert "anglais" not in page.lower() and 'lang="en"' not in page, path
    review = submit_change(staff, "/plan/menu/main", **{"fr-0": "Pour nous parler"})
    assert confirm_change(staff, review).status_code == 303
    assert '"1": {to: staff, fr: "Pour nous parler", en: "To speak to the team"}' in plan_section.text
    review = submit_change(staff, "/plan/new/menu", title="Services")
    assert confirm_change(staff, review).status_code == 303


def test_a_new_part_can_be_corrected_after_the_review(plan_section: PlanSection, staff: ConsoleUser) -> None:
    review = submit_change(staff, "/plan/new/menu", **{"title": "Services", "fr-0": "Pour nous parler"})
    page = staff.post("/plan/new/menu", form_fields(review) | {"do": "correct"})
    assert page.status_code == 200
    fields = form_fields(page)
    assert (fields["title"], fields["fr-0"]) == ("Services", "Pour nous parler")
