"""Filters of the inbox that a user keeps under a name, for themself."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from browser import accessibility_violations, chromium, scrolling_widths
from console_client import ConsoleApp, ConsoleUser
from named_contacts import describe_contact
from plan_section import serve_console
from playwright.sync_api import expect
from recorded_calls import record_call

from records.actor import command_line_actor
from records.calls import calls
from records.inbox import saved_views, treatment
from records.inbox.saved_views import MAX_VIEWS, InboxView
from records.requests import requests
from records.retention.erasure import Person, erase_contact
from routing.access.permissions import Role


@pytest.fixture
def console(console_with_requests: ConsoleApp) -> ConsoleApp:
    return console_with_requests


@pytest.fixture
def staff(console: ConsoleApp) -> ConsoleUser:
    return console.sign_in(Role.STAFF)


def views_of(console: ConsoleApp, user: ConsoleUser) -> tuple[InboxView, ...]:
    assert user.user
    return saved_views.list_views(console.database, user.user.actor)


def keep(user: ConsoleUser, name: str, **search: str) -> str:
    """The text of the page that follows."""
    return words(user.post("/inbox/views", {"name": name, **search}, follow_redirects=True).text)


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def names(console: ConsoleApp, user: ConsoleUser) -> list[str]:
    return [view.name for view in views_of(console, user)]


def test_the_name_of_a_view_that_names_an_erased_person_goes_and_the_view_stays(
    console: ConsoleApp, staff: ConsoleUser
) -> None:
    naming = (
        *("Odile Quenouille", "quenouille odile, urgent", "Mme QUENOUILLE", "06 39 98 00 77", "odile@example.org ?"),
        *("Ancienne Mme Zizanie",),
    )
    others = ("Quenouilles", "Manqués", "06 39 98 00 78")
    for name in (*naming, *others):
        keep(staff, name, kind="missed")

    erased = erase_odile(console)

    assert names(console, staff) == [*(f"… {number}" for number in range(1, len(naming) + 1)), *others]
    assert {*(view.search["kind"] for view in views_of(console, staff))} == {"missed"}
    assert erased.names == ("Odile Quenouille", "Odile Zizanie")  # files are searched for what the card said before
    assert erased.emails == ("odile@example.org",)


def erase_odile(console: ConsoleApp) -> Person:
    """Her card said another name and an address before."""
    at, database = console.now, console.database
    card = record_call(database, "7.1", at, "+33639980077").contact_id
    assert card
    calls.close_call(database, "7.1", at=at, disposition=None, cause="16")
    describe_contact(database, card, name="Odile Zizanie", emails=("odile@example.org",))
    describe_contact(database, card, name="Odile Quenouille", emails=())
    return erase_contact(database, command_line_actor("anne"), card, at=at).person


def test_filters_are_kept_under_a_name_and_stand_among_the_filters_with_their_count(
    console: ConsoleApp, staff: ConsoleUser
) -> None:
    assert "Garder ces filtres" not in words(staff.get("/inbox").text)  # all requests have a link already
    assert "Garder ces filtres" in words(staff.get("/inbox?kind=missed").text)
    page = keep(staff, "  Appels   manqués du jour ", owner="nobody", kind="missed", late="n", more="x")
    assert "La vue est gardée" in page and "Appels manqués du jour (1)" in page and "Garder ces filtres" not in page
    (view,) = views_of(console, staff)
    assert view.search == {"owner": "nobody", "kind": "missed"}
    shown = staff.get("/inbox?owner=nobody&kind=missed").text
    assert re.search(r'aria-current="true">Appels manqués du jour', shown)
    staff.post(f"/inbox/{missed(console)}/take", {})
    assert "Appels manqués du jour (0)" in words(staff.get("/inbox/refresh").text)


def missed(console: ConsoleApp) -> int:
    return next(each.id for each in requests.list_open_requests(console.database) if each.kind == "missed")


def test_views_are_renamed_moved_and_deleted(console: ConsoleApp, staff: ConsoleUser) -> None:
    for name in ("Un", "Deux", "Trois"):
        keep(staff, name, kind="missed")
    first, _, third = (view.id for view in views_of(console, staff))
    staff.post(f"/inbox/views/{third}", {"do": "up", "name": "ignored"})
    assert names(console, staff) == ["Un", "Trois", "Deux"]
    page = staff.post(f"/inbox/views/{first}", {"do": "up"}, follow_redirects=True)
    assert page.status_code == 200 and names(console, staff) == ["Un", "Trois", "Deux"]
    staff.post(f"/inbox/views/{first}", {"do": "down"})
    assert "renommée" in staff.post(f"/inbox/views/{third}", {"name": "Quatre"}, follow_redirects=True).text
    assert names(console, staff) == ["Quatre", "Un", "Deux"]
    staff.post(f"/inbox/views/{first}", {"do": "delete"})
    assert names(console, staff) == ["Quatre", "Deux"]
    assert staff.post(f"/inbox/views/{first}", {"do": "delete"}).status_code == 404


def test_a_name_is_needed_and_is_used_once_and_views_are_bounded(console: ConsoleApp, staff: ConsoleUser) -> None:
    assert "Donnez un nom" in keep(staff, " \x00 ", kind="missed")
    keep(staff, "Été", kind="missed")
    assert "« été »" in keep(staff, "été", kind="callback").replace("\u00a0", " ")
    for number in range(MAX_VIEWS):
        page = keep(staff, f"Vue {number}", kind="callback")
    assert "supprimez-en une" in page and len(views_of(console, staff)) == MAX_VIEWS
    keep(console.sign_in(Role.STAFF), "x" * 100, kind="missed")
    assert len(names(console, staff)[0]) <= saved_views.MAX_VIEW_NAME


def test_a_view_that_is_gone_is_not_found_also_without_a_name(console: ConsoleApp, staff: ConsoleUser) -> None:
    keep(staff, "Manqués", kind="missed")
    (view,) = views_of(console, staff)
    staff.post(f"/inbox/views/{view.id}", {"do": "delete"})
    for typed in ({}, {"name": "Autres"}, {"do": "up"}, {"do": "delete"}):
        assert staff.post(f"/inbox/views/{view.id}", typed).status_code == 404, typed


def test_nobody_else_sees_a_view_or_changes_it(console: ConsoleApp, staff: ConsoleUser) -> None:
    keep(staff, "Zwetschgenmus", kind="missed")
    (view,) = views_of(console, staff)
    for other in (console.sign_in(Role.STAFF), console.sign_in(Role.ADMINISTRATOR)):
        assert "Zwetschgenmus" not in other.get("/inbox").text + other.get("/inbox/views").text
        for do in ("rename", "up", "down", "delete"):
            assert other.post(f"/inbox/views/{view.id}", {"do": do, "name": "Autre"}).status_code == 404
    assert names(console, staff) == ["Zwetschgenmus"]
    assert console.sign_in(Role.MESSAGE_EDITOR).get("/inbox/views").status_code == 403


def test_a_view_counts_nothing_that_is_the_mediators(console: ConsoleApp, staff: ConsoleUser) -> None:
    mediator = console.sign_in(Role.MEDIATOR)
    for user in (staff, mediator):
        keep(user, "Manqués", kind="missed")
        keep(user, "Niveau trois", level="3")
    assert mediator.user
    at = console.now
    treatment.hand_to_level(console.database, mediator.user.actor, missed(console), 3, note=None, at=at)
    assert "Manqués (0) Niveau trois (0)" in words(staff.get("/inbox").text)
    assert "Manqués (1) Niveau trois (1)" in words(mediator.get("/inbox").text)


@pytest.fixture
def page_url(console: ConsoleApp) -> Iterator[str]:
    with serve_console(console) as url:
        yield url


@pytest.mark.long
@pytest.mark.engine("sqlite")
def test_a_view_is_kept_and_moved_by_keyboard_on_a_narrow_screen(
    console: ConsoleApp, staff: ConsoleUser, page_url: str
) -> None:
    keep(staff, "Rappels", kind="callback")
    with chromium() as browser:
        context = browser.new_context(base_url=page_url, locale="fr", viewport={"width": 390, "height": 800})
        context.add_cookies([{"name": "standardiste", "value": staff.cookie(), "url": page_url}])
        page = context.new_page()
        page.goto("/inbox?kind=missed&owner=nobody")
        page.locator("#keep-view > summary").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.type("À rappeler ce matin")
        page.keyboard.press("Enter")
        view = page.get_by_role("link", name="À rappeler ce matin (1)")
        expect(view).to_have_attribute("aria-current", "true")
        page.get_by_role("link", name="Ranger").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Monter À rappeler ce matin").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Descendre À rappeler ce matin")).to_be_focused()
        assert scrolling_widths(page) == []
        found = accessibility_violations(page)
        page.goto("/inbox?kind=callback&owner=nobody")
        page.click("#keep-view > summary")
        assert scrolling_widths(page) == []
        found += accessibility_violations(page)
    assert found == [], "\n".join(found)
    assert names(console, staff) == ["À rappeler ce matin", "Rappels"]
