"""Ids, numbers and dates that nobody can mean, in every address and query of the console, for every role."""

from pathlib import Path

import pytest
from console_client import ConsoleApp
from plan_section import SEED, PlanSection
from strange_values import DATES, NUMBERS, paths_with_unknown_ids
from thorough import in_turn

from routing.access.permissions import Role, has_permission
from web.access import LoginStage

SHORT = {Role.ADMINISTRATOR, Role.STAFF}
"""The roles of the short suite: one that may do all, and one that may do little."""

QUERY_FIELDS = ("before", "from", "until", "in", "number", "announcement", "slot", "language", "at")


@pytest.fixture
def console_with_plan(console: ConsoleApp, tmp_path: Path) -> ConsoleApp:
    return PlanSection(console, tmp_path).console


@pytest.mark.parametrize(
    "role", [role if role in SHORT else pytest.param(role, marks=pytest.mark.long) for role in Role]
)
def test_an_unknown_id_is_404_in_every_route(console_with_plan: ConsoleApp, role: Role) -> None:
    console = console_with_plan
    staff, tried = console.sign_in(role), 0
    token = staff.csrf_token()
    for number, url in enumerate(console.app.url_map.iter_rules()):
        rule = console.app.view_functions[url.endpoint].access_rule
        allowed = rule.right is None or has_permission(role, rule.right)
        spoken = {"spoken": "fr"} if "spoken" in url.arguments else {}
        paths = dict.fromkeys([*paths_with_unknown_ids(url), *paths_with_unknown_ids(url, **spoken)])
        for path in in_turn(tuple(paths), number):
            for method in sorted(url.methods & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
                answer = staff.client.open(path, method=method, headers={"X-CSRFToken": token})
                if answer.status_code == 301:  # a page has another address now
                    answer = staff.get(answer.location)
                status = answer.status_code
                assert status == 404 or (status == 403 and not allowed), (method, path[:80], status)
                tried += rule.stage is LoginStage.SIGNED_IN
    assert tried > 150


def test_no_number_or_date_in_a_query_breaks_a_page(console_with_plan: ConsoleApp) -> None:
    console = console_with_plan
    staff = console.sign_in(Role.ADMINISTRATOR)
    pages = [url for url in console.app.url_map.iter_rules() if "GET" in url.methods and not url.arguments]
    assert len(pages) > 15
    for number, url in enumerate(pages):
        for value in in_turn((*NUMBERS, *DATES), number):
            status = staff.client.get(url.rule, query_string=dict.fromkeys(QUERY_FIELDS, value)).status_code
            assert status < 500, (url.rule, value[:40], status)


@pytest.mark.parametrize("date", DATES)
def test_a_date_of_another_age_is_refused_in_a_form(console: ConsoleApp, date: str) -> None:
    staff = console.sign_in(Role.ADMINISTRATOR)
    fields = {"reason": "Vote", "start": date, "end": date, "text": "x"}

    answer = staff.post("/message/embargo", fields)

    assert answer.status_code == 422, answer.text


def test_no_number_in_a_form_of_the_plan_breaks_it(console_with_plan: ConsoleApp) -> None:
    staff = console_with_plan.sign_in(Role.ADMINISTRATOR)
    hours = next(line.split(":")[0].strip() for line in SEED.partition("\nhours:\n")[2].splitlines())
    for page in ("/plan/menu/main", f"/plan/hours/{hours}"):
        assert staff.get(page).status_code == 200
        for number in NUMBERS:
            fields = {"tries": number, "first_key_s": number, "do": f"remove:{number}", f"mon-{number}-from": "x"}
            rows = {f"key-{number}": "1", f"from-{number}": "2030-12-24", f"open-{number}": "9h"}
            answer = staff.post(page, fields | rows)
            assert answer.status_code < 500 and len(answer.data) < 1_000_000, (page, number[:30], answer.status_code)
