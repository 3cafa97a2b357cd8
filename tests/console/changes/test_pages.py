"""The change log: sentences, filters, search, export."""

import csv
import html
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from console_client import ConsoleApp, ConsoleUser

from console.changes import pages
from console.changes.sentences import SENTENCES, find_kinds, kind_groups
from records import changes
from records.actor import SYSTEM, Actor, command_line_actor
from records.changes import ChangeFilter
from routing.access.permissions import Role

CHECKOUT = Path(__file__).parents[3]
RECORDED = re.compile(r'"([a-z_]+\.[a-z_]+)"')


def record(console: ConsoleApp, actor: Actor, kind: str, subject: str = "", **fields: dict[str, object]) -> None:
    with console.database.write() as connection:
        changes.record(connection, actor, kind, subject, at=console.now, **fields)


def read(user: ConsoleUser, address: str = "/changes") -> str:
    """What the page shows, as text."""
    page = user.get(address)
    assert page.status_code == 200
    shown = re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2].partition("</main>")[0])
    return " ".join(html.unescape(shown).split())


@pytest.fixture
def admin(console: ConsoleApp) -> ConsoleUser:
    return console.sign_in(user=console.add_user(Role.ADMINISTRATOR, name="Anne Exemple"))


def test_every_kind_of_change_has_a_sentence_and_a_group() -> None:
    folders = ("records", "console", "standardiste", "agi", "ami")
    sources = [path.read_text() for folder in folders for path in (CHECKOUT / folder).rglob("*.py")]
    kinds = {kind for source in sources if "changes.record(" in source for kind in RECORDED.findall(source)}
    assert {"account.invited", "plan.published", "retention.purge"} <= kinds
    assert kinds - {kind for kind in kinds if find_kinds(kind)} == set()
    assert {kind for group in kind_groups() for kind in group.kinds} == set(SENTENCES)


def test_an_entry_is_a_sentence_in_the_language_of_the_reader(console: ConsoleApp, admin: ConsoleUser) -> None:
    user = console.add_user(Role.STAFF, name="Basile Exemple")
    form = {"name": user.name, "role": "supervisor", "agent": ""}
    admin.post(f"/people/{user.id}", form)
    told = read(admin)
    assert (
        "Anne Exemple a modifié le compte de Basile Exemple (p2@example.org). Rôle : Agent d'accueil →"
        in told.replace("rôle :", "Rôle :")
    )
    assert "test (ligne de commande) a invité Basile Exemple (p2@example.org)." in told
    admin.post("/own", {"language": "en", "shortcuts": "y"})
    assert "Anne Exemple changed the account of Basile Exemple (p2@example.org)." in read(admin)


def test_times_are_local_and_hashes_are_behind_the_proof(console: ConsoleApp, admin: ConsoleUser) -> None:
    after = {"version": 4, "audio": "ab" * 32, "from": "2030-03-05T07:00:00+00:00", "until": None}
    record(console, admin.user.actor, "message.publish", "daily", after=after)
    told = read(admin)
    assert "mardi 5 mars 2030, 8 h 00" in told and "+00:00" not in told and "daily" not in told
    page = admin.get("/changes").text
    visible = re.sub(r"<details>.*?</details>", "", page, flags=re.DOTALL)
    assert "ab" * 32 in page and "ab" * 32 not in visible


def test_who_is_not_a_user_is_named_for_what_they_are(console: ConsoleApp, admin: ConsoleUser) -> None:
    record(console, command_line_actor("marie"), "plan.published", "3")
    record(console, Actor(None, Role.ADMINISTRATOR, SYSTEM), "plan.published", "4")
    record(console, Actor(admin.user.id, Role.ADMINISTRATOR, "Anne Exemple", "phone"), "message.publish", "daily")
    told = read(admin)
    assert "marie (ligne de commande) a enregistré la version 3 du plan d'appel." in told
    assert "Le logiciel a enregistré la version 4" in told
    assert "« Message du jour ». Par téléphone." in told


def test_filters_are_links_that_leave_what_they_say(console: ConsoleApp, admin: ConsoleUser) -> None:
    record(console, command_line_actor("marie"), "plan.published", "3")
    console.advance_clock(days=10)
    basile = console.sign_in(user=console.add_user(Role.SUPERVISOR, name="Basile Exemple"))
    record(console, basile.user.actor, "plan.published", "5")
    sees = {
        "": (True, True, True),
        "?kind=plan": (True, True, False),
        "?kind=plan.published": (True, True, False),
        "?kind=people": (False, False, True),
        f"?person={basile.user.id}": (False, True, False),
        "?person=machine&kind=plan": (True, False, False),
        "?period=week": (False, True, True),
        "?period=today&kind=messages": (False, False, False),
        "?q=BASILE": (False, True, True),
        "?q=version 3": (False, False, False),
        "?q=plan d'appel": (True, True, False),
        "?kind=nonsense&person=x&period=x": (True, True, True),
    }
    for query, expected in sees.items():
        told = read(basile, f"/changes{query}")
        found = ("version 3 du plan", "version 5 du plan", "a invité Basile")
        assert tuple(words in told for words in found) == expected, query
    assert "Aucune entrée ne correspond" in read(basile, "/changes?period=today&kind=messages")


def test_pages_follow_each_other_without_gap_or_repetition(console: ConsoleApp, admin: ConsoleUser) -> None:
    for number in range(120):
        record(console, admin.user.actor, "plan.published" if number % 2 else "message.publish", str(number))
    for query, expected in (("?kind=plan", [*range(119, 0, -2)]), ("", None)):
        seen, address = [], f"/changes{query}"
        while address:
            page = admin.get(address).text
            seen += [int(found) for found in re.findall(r"version (\d+) du plan", page)]
            older = re.search(r'href="([^"]*before=\d+[^"]*)"', page)
            address = html.unescape(older[1]) if older else ""
        assert seen == (expected or [*range(119, 0, -2)])


def test_a_search_goes_on_in_older_entries(
    console: ConsoleApp, admin: ConsoleUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SEARCHED_ENTRIES", 10)
    record(console, admin.user.actor, "plan.published", "4711")
    for _ in range(35):
        record(console, admin.user.actor, "plan.published", "5")
    address, looked = "/changes?q=4711", 0
    while "version 4711" not in (page := admin.get(address).text):
        looked += 1
        assert "parmi les plus récentes" in html.unescape(page)
        address = html.unescape(re.findall(r'href="([^"]*before=\d+[^"]*)"', page)[-1])
    assert looked == 3


def test_the_export_holds_what_is_found_and_no_formula(console: ConsoleApp, admin: ConsoleUser) -> None:
    record(console, command_line_actor("=cmd()"), "embargo.impose", "@evil", after={"text": "=1+1"})
    record(console, admin.user.actor, "plan.published", "3")
    answer = admin.post("/changes/export", {"kind": "messages"})
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/csv")
    text = answer.data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0][:4] == ["Numéro", "Quand", "Qui", "Ce qui s'est passé"] and len(rows) == 2
    assert rows[1][1] == "2030-03-04 12:00:00" and not any(cell.startswith(("=", "@", "+", "-")) for cell in rows[1])
    assert "Anne Exemple a exporté le journal." in read(admin)


def test_a_search_that_no_database_can_hold_gives_no_half_file(admin: ConsoleUser) -> None:
    answer = admin.post("/changes/export", {"q": "a\0b"})
    assert (answer.status_code, answer.mimetype) == (422, "text/html")


def test_only_who_may_export_sees_the_button(console: ConsoleApp) -> None:
    supervisor = console.sign_in(Role.SUPERVISOR)
    assert "/changes/export" not in supervisor.get("/changes").text
    assert supervisor.post("/changes/export").status_code == 403


def test_a_period_is_found_by_its_ends(console: ConsoleApp, admin: ConsoleUser) -> None:
    start = datetime(2030, 3, 4, 11, tzinfo=UTC)
    for day in range(5):
        console.now = start + timedelta(days=day)
        record(console, admin.user.actor, "plan.published", str(day))
    wanted = ChangeFilter(since=start + timedelta(days=1), until=start + timedelta(days=3), kinds=("plan.published",))
    found = changes.list_changes(console.database, admin.user.actor, wanted=wanted)
    assert [change.subject for change in found] == ["2", "1"]
    later = ChangeFilter(since=start + timedelta(days=9))
    assert changes.list_changes(console.database, admin.user.actor, wanted=later) == ()
