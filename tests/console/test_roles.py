"""Every page with every role; the pages come from the URL map, so that new ones are included."""

import re
from collections.abc import Callable, Iterator

import pytest
from console_client import ConsoleApp, ConsoleUser
from werkzeug.routing import Rule

from console.sections import SECTIONS
from records import changes
from records.actor import Actor, Forbidden, command_line_actor
from records.plan import plan_versions
from records.users import administration, phone_pins, users
from records.users.invitees import Invitee
from routing.access.permissions import ROLE_PERMISSIONS, Permission, Role, has_permission
from web.access import AccessRule, LoginStage

# Repeats the permissions of each role, so that a test fails when one is changed by accident.
TABLE = {
    "administrator": "reception switch board checks hear publish approve replace see-plan change-plan people trunks"
    " agents requests open-mediation calls contacts write-contacts import-contacts export-contacts export-person"
    " erase-person costs satisfaction set-up changes export",
    "supervisor": "reception switch board checks hear publish approve replace see-plan change-plan agents"
    " requests calls contacts write-contacts import-contacts costs satisfaction changes",
    "staff": "reception hear see-plan requests calls contacts write-contacts",
    "mediator": "reception hear see-plan mediation requests calls contacts write-contacts",
    "message_editor": "reception hear publish replace see-plan",
}
SHORT = {
    "reception": Permission.SEE_RECEPTION,
    "switch": Permission.SWITCH_RECEPTION,
    "board": Permission.SEE_BOARD,
    "checks": Permission.SEE_CHECKS,
    "hear": Permission.HEAR_MESSAGES,
    "publish": Permission.PUBLISH_MESSAGES,
    "approve": Permission.APPROVE_MESSAGES,
    "replace": Permission.REPLACE_PROMPTS,
    "see-plan": Permission.SEE_PLAN,
    "change-plan": Permission.CHANGE_PLAN,
    "people": Permission.MANAGE_USERS,
    "trunks": Permission.MANAGE_TRUNKS,
    "agents": Permission.MANAGE_AGENTS,
    "requests": Permission.SEE_REQUESTS,
    "mediation": Permission.SEE_MEDIATION,
    "open-mediation": Permission.OPEN_MEDIATION,
    "calls": Permission.SEE_CALLS,
    "contacts": Permission.SEE_CONTACTS,
    "write-contacts": Permission.CHANGE_CONTACTS,
    "costs": Permission.CHECK_COSTS,
    "satisfaction": Permission.SEE_SATISFACTION,
    "set-up": Permission.SET_UP,
    "import-contacts": Permission.IMPORT_CONTACTS,
    "export-contacts": Permission.EXPORT_CONTACTS,
    "export-person": Permission.EXPORT_PERSON,
    "erase-person": Permission.ERASE_PERSON,
    "changes": Permission.SEE_CHANGES,
    "export": Permission.EXPORT_CHANGES,
}
OPEN_TO_ANYBODY = {
    *("static", "health", "login.enter_password", "welcome.accept_invitation"),
    *("forgotten.ask", "forgotten.answer"),
    "agents_phones.give_account",
    *("wall.offer", "wall.accept", "wall.show", "wall.refresh"),  # by a link, then by the cookie of a screen
}
ARGUMENT = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>")


def pages(console: ConsoleApp, stage: LoginStage) -> Iterator[tuple[str, str, AccessRule]]:
    """The method, path and access rule of each page."""
    for url in console.app.url_map.iter_rules():
        rule = console.app.view_functions[url.endpoint].access_rule
        if rule.stage is stage:
            for method in sorted(url.methods & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
                yield method, path_of(url), rule


def path_of(url: Rule) -> str:
    """The path with arguments that match nothing: access is refused before anything is looked up."""
    return ARGUMENT.sub(lambda argument: "999999" if argument[1] == "int" else "absent", url.rule)


def request_page(staff: ConsoleUser, method: str, path: str, token: str) -> int:
    headers = {"X-CSRFToken": token}
    return staff.client.open(path, method=method, headers=headers, follow_redirects=False).status_code


def test_permissions_of_each_role() -> None:
    assert {role: frozenset(SHORT[word] for word in words.split()) for role, words in TABLE.items()} == ROLE_PERMISSIONS
    assert set(SHORT.values()) == set(Permission)


def test_only_these_pages_are_public(console: ConsoleApp) -> None:
    views = console.app.view_functions
    assert {name for name, view in views.items() if view.access_rule.stage is LoginStage.PUBLIC} == OPEN_TO_ANYBODY
    for section in SECTIONS:
        for page in section.pages:
            assert views[page.endpoint].access_rule.right is page.right


@pytest.mark.parametrize("role", Role)
def test_every_page_is_forbidden_exactly_without_its_permission(console: ConsoleApp, role: Role) -> None:
    staff, paths = console.sign_in(role), []
    token = staff.csrf_token()
    for method, path, rule in pages(console, LoginStage.SIGNED_IN):
        status = request_page(staff, method, path, token)
        allowed = rule.right is None or has_permission(role, rule.right)
        assert (status != 403) is allowed, (method, path, status)
        assert status < 500, (method, path, status)
        paths.append(path)
    assert {"/people", "/changes", "/own"} <= set(paths)


def test_every_page_redirects_to_the_login_without_a_session(console: ConsoleApp) -> None:
    visitor = console.anonymous_user()
    token = visitor.csrf_token()
    for method, path, _ in [*pages(console, LoginStage.SIGNED_IN), *pages(console, LoginStage.PASSWORD)]:
        answer = visitor.client.open(path, method=method, headers={"X-CSRFToken": token})
        assert (answer.status_code, answer.location) == (303, "/login"), (method, path)


def test_every_form_needs_the_csrf_token_of_the_session(console: ConsoleApp) -> None:
    staff, other = console.sign_in(Role.ADMINISTRATOR), console.sign_in(Role.ADMINISTRATOR)
    foreign = other.csrf_token()
    for stage in (LoginStage.SIGNED_IN, LoginStage.PASSWORD, LoginStage.PUBLIC):
        for method, path, _ in pages(console, stage):
            if method != "GET":
                assert request_page(staff, method, path, "") == 400, (method, path)
                assert request_page(staff, method, path, foreign) == 400, (method, path)
    assert staff.get("/own").status_code == 200  # the session goes on


CALLS: list[tuple[Permission, Callable[[ConsoleApp, Actor, int], object]]] = [
    (Permission.MANAGE_USERS, lambda it, actor, _: users.list_users(it.database, actor)),
    (Permission.MANAGE_USERS, lambda it, actor, one: users.get_user(it.database, actor, one)),
    (Permission.MANAGE_USERS, lambda it, actor, one: phone_pins.set_pin(it.database, actor, one, "274016", at=it.now)),
    (Permission.MANAGE_USERS, lambda it, actor, one: phone_pins.get_pin_state(it.database, actor, one)),
    (Permission.MANAGE_USERS, lambda it, actor, _: users.get_user_by_email(it.database, actor, "p1@example.org")),
    (
        Permission.MANAGE_USERS,
        lambda it, actor, _: administration.invite_users(
            it.database, actor, [Invitee("New", "new@example.org", Role.STAFF, "fr")], at=it.now
        ),
    ),
    (
        Permission.MANAGE_USERS,
        lambda it, actor, one: administration.update_user(
            it.database, actor, one, administration.UserDetails(name="Other", role=Role.STAFF, agent_id=None), at=it.now
        ),
    ),
    (Permission.MANAGE_USERS, lambda it, actor, one: administration.reset_user(it.database, actor, one, at=it.now)),
    (
        Permission.MANAGE_USERS,
        lambda it, actor, one: administration.deactivate_user(it.database, actor, one, at=it.now),
    ),
    (Permission.SEE_CHANGES, lambda it, actor, _: changes.list_changes(it.database, actor)),
    (Permission.CHANGE_PLAN, lambda it, actor, _: plan_versions.publish_plan(it.database, actor, "a: 1", at=it.now)),
]


def test_records_refuses_actors_without_permission_and_changes_nothing(console: ConsoleApp) -> None:
    """A page without its access rule would still show and do nothing."""
    one = console.add_user(Role.STAFF)
    before = changes.verify_chain(console.database)
    for role in Role:
        for right, call in CALLS:
            if not has_permission(role, right):
                with pytest.raises(Forbidden):
                    call(console, Actor(None, role, "anybody"), one.id)
    assert changes.verify_chain(console.database) == before
    for _, call in CALLS:
        call(console, command_line_actor("test"), one.id)


def test_the_navigation_shows_exactly_the_sections_of_the_role(console: ConsoleApp) -> None:
    for role in Role:
        shown = console.sign_in(role).get("/settings").text
        for page in (page for section in SECTIONS for page in section.pages):
            with console.app.test_request_context():
                link = f'href="{console.app.url_for(page.endpoint)}"'
            may_see = page.right is None or has_permission(role, page.right)
            assert may_see or link not in shown, (role, page)
        for section in SECTIONS:
            visible = [page for page in section.pages if page.right is None or has_permission(role, page.right)]
            with console.app.test_request_context():
                assert not visible or f'href="{console.app.url_for(visible[0].endpoint)}"' in shown, (role, section)
