"""Every page with every role, whoever adds a page: the list is the application's own."""

import re
from collections.abc import Callable, Iterator

import pytest
from staff_console import Console, Staff
from werkzeug.routing import Rule

from console.guard import Demand, Stage
from console.rooms import ROOMS
from records import account_changes, accounts, changes, phone_pins, plans
from records.newcomers import Newcomer
from records.viewer import Forbidden, Viewer, at_machine
from routing.permissions import RIGHTS, Right, Role, may

# What each role may do, once more: who changes it changes it here as well, on purpose.
TABLE = {
    "administrator": "hear publish approve replace see-plan change-plan people changes",
    "supervisor": "hear publish approve replace see-plan change-plan changes",
    "staff": "hear see-plan",
    "mediator": "hear see-plan",
    "message_editor": "hear publish replace see-plan",
    "overflow_agent": "",
}
SHORT = {
    "hear": Right.HEAR_MESSAGES,
    "publish": Right.PUBLISH_MESSAGES,
    "approve": Right.APPROVE_MESSAGES,
    "replace": Right.REPLACE_PROMPTS,
    "see-plan": Right.SEE_PLAN,
    "change-plan": Right.CHANGE_PLAN,
    "people": Right.MANAGE_PEOPLE,
    "changes": Right.SEE_CHANGES,
}
OPEN_TO_ANYBODY = {"static", "health", "login.password", "welcome.choose"}
ARGUMENT = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>")


def pages(console: Console, stage: Stage) -> Iterator[tuple[str, str, Demand]]:
    """Method, path and demand of each."""
    for rule in console.app.url_map.iter_rules():
        demand = console.app.view_functions[rule.endpoint].demand
        if demand.stage is stage:
            for method in sorted(rule.methods & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
                yield method, path_of(rule), demand


def path_of(rule: Rule) -> str:
    """With arguments that lead to nothing: who may not see a page is refused before anything is looked for."""
    return ARGUMENT.sub(lambda argument: "999999" if argument[1] == "int" else "absent", rule.rule)


def ask(staff: Staff, method: str, path: str, token: str) -> int:
    headers = {"X-CSRFToken": token}
    return staff.client.open(path, method=method, headers=headers, follow_redirects=False).status_code


def test_what_each_role_may_do() -> None:
    assert {role: frozenset(SHORT[word] for word in words.split()) for role, words in TABLE.items()} == RIGHTS
    assert set(SHORT.values()) == set(Right)


def test_only_these_pages_are_open_to_anybody(console: Console) -> None:
    views = console.app.view_functions
    assert {name for name, view in views.items() if view.demand.stage is Stage.ANYBODY} == OPEN_TO_ANYBODY
    for room in ROOMS:
        assert views[room.endpoint].demand.right is room.right


@pytest.mark.parametrize("role", Role)
def test_every_page_is_refused_to_who_may_not_and_to_nobody_else(console: Console, role: Role) -> None:
    staff, seen = console.signed_in(role), []
    token = staff.token()
    for method, path, demand in pages(console, Stage.SIGNED_IN):
        status = ask(staff, method, path, token)
        allowed = demand.right is None or may(role, demand.right)
        assert (status != 403) is allowed, (method, path, status)
        assert status < 500, (method, path, status)
        seen.append(path)
    assert {"/people", "/changes", "/own"} <= set(seen)


def test_without_a_session_every_page_leads_to_the_login(console: Console) -> None:
    visitor = console.visitor()
    token = visitor.token()
    for method, path, _ in [*pages(console, Stage.SIGNED_IN), *pages(console, Stage.PASSWORD)]:
        answer = visitor.client.open(path, method=method, headers={"X-CSRFToken": token})
        assert (answer.status_code, answer.location) == (303, "/login"), (method, path)


def test_no_order_is_taken_without_the_token_of_a_page_of_ours(console: Console) -> None:
    staff, other = console.signed_in(Role.ADMINISTRATOR), console.signed_in(Role.ADMINISTRATOR)
    foreign = other.token()
    for stage in (Stage.SIGNED_IN, Stage.PASSWORD, Stage.ANYBODY):
        for method, path, _ in pages(console, stage):
            if method != "GET":
                assert ask(staff, method, path, "") == 400, (method, path)
                assert ask(staff, method, path, foreign) == 400, (method, path)
    assert staff.get("/own").status_code == 200  # not even logged out


CALLS: list[tuple[Right, Callable[[Console, Viewer, int], object]]] = [
    (Right.MANAGE_PEOPLE, lambda it, viewer, _: accounts.all(it.base, viewer)),
    (Right.MANAGE_PEOPLE, lambda it, viewer, one: accounts.find(it.base, viewer, one)),
    (Right.MANAGE_PEOPLE, lambda it, viewer, one: phone_pins.choose(it.base, viewer, one, "274016", at=it.now)),
    (Right.MANAGE_PEOPLE, lambda it, viewer, one: phone_pins.state(it.base, viewer, one)),
    (Right.MANAGE_PEOPLE, lambda it, viewer, _: accounts.with_email(it.base, viewer, "p1@example.org")),
    (
        Right.MANAGE_PEOPLE,
        lambda it, viewer, _: account_changes.invite(
            it.base, viewer, [Newcomer("New", "new@example.org", Role.STAFF, "fr")], at=it.now
        ),
    ),
    (
        Right.MANAGE_PEOPLE,
        lambda it, viewer, one: account_changes.change(
            it.base, viewer, one, name="Other", role=Role.STAFF, person_id=None, at=it.now
        ),
    ),
    (Right.MANAGE_PEOPLE, lambda it, viewer, one: account_changes.reset(it.base, viewer, one, at=it.now)),
    (Right.MANAGE_PEOPLE, lambda it, viewer, one: account_changes.deactivate(it.base, viewer, one, at=it.now)),
    (Right.SEE_CHANGES, lambda it, viewer, _: changes.latest(it.base, viewer)),
    (Right.CHANGE_PLAN, lambda it, viewer, _: plans.publish(it.base, viewer, "a: 1", at=it.now)),
]


def test_what_pages_call_refuses_by_itself_and_changes_nothing_then(console: Console) -> None:
    """Were a page to forget what it demands, nothing would be shown or done all the same."""
    one = console.account(Role.STAFF)
    before = changes.verify(console.base)
    for role in Role:
        for right, call in CALLS:
            if not may(role, right):
                with pytest.raises(Forbidden):
                    call(console, Viewer(None, role, "anybody"), one.id)
    assert changes.verify(console.base) == before
    for _, call in CALLS:
        call(console, at_machine("test"), one.id)


def test_the_navigation_shows_the_rooms_one_may_enter_and_no_other(console: Console) -> None:
    for role in Role:
        page = console.signed_in(role).get("/own").text
        for room in ROOMS:
            with console.app.test_request_context():
                link = f'href="{console.app.url_for(room.endpoint)}"'
            assert (link in page) is may(role, room.right), (role, room)
