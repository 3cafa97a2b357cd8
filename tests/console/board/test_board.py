"""The wall board: what it counts, who sees it, and screens on the wall, which show counts alone."""

import re
from datetime import timedelta

import pytest
from console_client import ConsoleApp, ConsoleUser
from page_markup import markup_faults
from recorded_calls import record_call

from records import changes
from records.call_events import CallEvent, CallEventKind
from records.calls import calls, waiting_orders
from records.calls.waiting_orders import OrderKind
from records.staff import agents, presence
from records.staff.presence import PresenceState
from routing.access.permissions import Role
from routing.queue.service_level import ServiceLevel

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture
def day(console: ConsoleApp) -> ConsoleApp:
    """Two callers answered (after 5 s and 60 s), one gave up after 40 s and one after 2 s, one waits for 90 s."""
    agents.create_desks(console.database, 2)
    for name, rank in (("Alice Exemple", 1), ("Bob Exemple", 2)):
        agents.add_agent(console.database, name, language="fr", rank=rank, at=console.now)
    alice, bob = presence.list_presences(console.database)
    presence.set_presence(console.database, bob.agent_id, PresenceState.PAUSED, by="x", at=console.now)
    answered, abandoned = CallEventKind.STAFF_ANSWERED, CallEventKind.QUEUE_ABANDONED
    told = [
        (answered, {"phone": alice.sip_account, "waited": 5.0}),
        (answered, {"phone": bob.sip_account, "waited": 60.0}),
        (abandoned, {"waited": 40}),
        (abandoned, {"waited": 2}),
    ]
    for number, (kind, detail) in enumerate(told):
        at = console.now - 200 * SECOND
        record_call(console.database, f"{number}.1", at, f"+3363998000{number}")
        calls.add_events(console.database, f"{number}.1", [CallEvent(at, kind, detail)])
        calls.close_call(console.database, f"{number}.1", at=at, disposition=None, cause=None)
    record_call(console.database, "9.1", console.now - 90 * SECOND, "+33639980009")
    entered = CallEvent(console.now - 90 * SECOND, CallEventKind.QUEUE_ENTERED, {})
    calls.add_events(console.database, "9.1", [entered])
    yesterday = CallEvent(console.now - DAY, abandoned, {"waited": 40})
    record_call(console.database, "8.1", console.now - DAY)
    calls.add_events(console.database, "8.1", [yesterday])
    return console


@pytest.fixture
def supervisor(day: ConsoleApp) -> ConsoleUser:
    return day.sign_in(Role.SUPERVISOR)


def rows(page: str) -> list[list[str]]:
    """The cells of the rows of the tables."""
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", page)
    ]


def add_screen(supervisor: ConsoleUser, until: str = "2030-04-01") -> str:
    """The path of the link of a new screen."""
    page = supervisor.post("/board/screens", {"label": "Hall", "until": until}).text
    found = re.search(r"<code>http://localhost(/wall/open/[\w-]+)</code>", page)
    assert found, page
    return found[1]


def test_the_board_counts_by_queue_and_by_level_and_short_calls_apart(day: ConsoleApp, supervisor: ConsoleUser) -> None:
    page = supervisor.get("/board").text
    assert markup_faults(page) == []
    by_queue, by_level = rows(page)[1], rows(page)[3:]
    assert by_queue == ["Français", "1", "1 min 30 s", "2", "1", "1", "33 %"]  # 1 in time of 2 answered and 1 given up
    assert by_level == [["Niveau 1", "1", "0", "0", "0", "0", "1"], ["Niveau 2", "0", "0", "0", "1", "0", "1"]]
    assert "dans les 20 s" in page  # the definition
    assert rows(supervisor.get("/board/refresh").text) == rows(page)
    assert day.sign_in(Role.STAFF).get("/board").status_code == 403


def test_without_callers_there_is_no_service_level() -> None:
    assert ServiceLevel().share is None
    assert (ServiceLevel(answered=3, in_time=3) + ServiceLevel(abandoned=1, short=5)).share == 0.75


def test_a_screen_shows_counts_alone_and_nothing_once_it_was_switched_off(
    day: ConsoleApp, supervisor: ConsoleUser
) -> None:
    link, screen = add_screen(supervisor), day.anonymous_user()
    assert screen.get("/wall").status_code == 401
    assert "Afficher" in screen.get(link).text
    assert day.anonymous_user().get(link).status_code == 200  # a program that looks at links uses none up
    answer = screen.post(link)
    assert (answer.status_code, answer.location) == (303, "/wall")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/wall" in cookie
    page = screen.get("/wall").text
    assert markup_faults(page) == []
    assert rows(page) == rows(supervisor.get("/board").text)
    shown = page + screen.get("/wall/refresh").text
    for hidden in ("Exemple", "<button", "<form", "<a ", "63998", "06 39", "9.1"):
        assert hidden not in shown
    for other in ("/", "/board", "/board/refresh", "/calls", "/strip"):
        assert screen.get(other).status_code in (302, 303, 401)  # the cookie opens nothing else
    listed = supervisor.get("/board/screens").text
    assert "allumé" in listed and link not in listed
    number = re.search(r"/board/screens/(\d+)/revoke", listed)
    assert number
    supervisor.post(number[0])
    assert screen.get("/wall/refresh").status_code == 401
    assert "éteint" in screen.get("/wall").text and rows(screen.get("/wall").text) == []
    kinds = [change.kind for change in changes.list_changes(day.database, supervisor.user.actor, limit=2)]
    assert kinds == ["board_screen.revoked", "board_screen.added"]


def test_a_link_works_once_within_the_hour_and_a_screen_ends_with_its_last_day(
    day: ConsoleApp, supervisor: ConsoleUser
) -> None:
    link, screen = add_screen(supervisor, "2030-03-05"), day.anonymous_user()
    screen.post(link)
    second = day.anonymous_user()
    assert second.post(link).status_code == 404 and second.get("/wall").status_code == 401
    assert second.get(link).status_code == 404
    late = add_screen(supervisor)
    day.now += timedelta(hours=1)
    assert second.get(late).status_code == 404
    assert screen.get("/wall").status_code == 200
    day.now += timedelta(days=1, hours=11)  # the morning after the last day
    assert screen.get("/wall").status_code == 401


@pytest.mark.parametrize("until", ["", "2030-03-03", "2031-09-01", "tomorrow", "2030-13-01"])
def test_a_screen_needs_a_place_and_an_end(supervisor: ConsoleUser, until: str) -> None:
    answer = supervisor.post("/board/screens", {"label": "Hall", "until": until})
    assert answer.status_code == (200 if until == "" and "wall/open" in answer.text else 422)
    assert supervisor.post("/board/screens", {"label": " ", "until": "2030-04-01"}).status_code == 422
    assert "Hall" not in re.sub(r'value="Hall"', "", supervisor.get("/board/screens").text)


def test_a_supervisor_puts_a_caller_first_and_it_stands_in_the_change_log(
    day: ConsoleApp, supervisor: ConsoleUser
) -> None:
    page = supervisor.get("/board").text
    assert "06 39 ·· ·· 09" in page and "0639980009" not in page
    assert 'id="offer-9.1"' in page and 'id="overflow-9.1"' not in page  # the plan has no centre
    assert supervisor.post("/board/callers/9.1/first").status_code == 303
    [order] = waiting_orders.claim_orders(day.database, at=day.now)
    assert (order.call_ref, order.kind) == ("9.1", OrderKind.FIRST)
    assert waiting_orders.claim_orders(day.database, at=day.now) == ()  # once
    assert changes.list_changes(day.database, supervisor.user.actor, limit=1)[0].kind == "call.first"
    supervisor.post("/board/callers/9.1/offer")
    assert waiting_orders.claim_orders(day.database, at=day.now + waiting_orders.EXPIRY) == ()  # too late
    for ref, kind, status in (("9.1", "away", 404), ("0.1", "offer", 303)):
        assert supervisor.post(f"/board/callers/{ref}/{kind}").status_code == status
    assert day.sign_in(Role.STAFF).post("/board/callers/9.1/first").status_code == 403
    calls.close_call(day.database, "9.1", at=day.now, disposition=None, cause=None)
    assert "Personne n&#39;attend" in supervisor.get("/board/refresh").text
