"""The staff console with fifty users and a year of calls: the time of every page, and from an upload to the air.

One process of `serve-console`, as in service. Each user has a session and a connection that stays open: they open a
page, look at it for a while, then open the next. The client runs on the same machine.
"""

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from threading import Event

import example_pages
from console_client import ConsoleApp
from flask import Flask
from reception import Reception, wait_for
from urllib3 import BaseHTTPResponse, HTTPConnectionPool

from bench.installations import PreparedInstallation, start_part, stop
from bench.process_usage import ProcessTree
from bench.report import OURS, Row, Section, format_value, percentile
from bench.scale import Scale
from bench.year import fill_year
from caller.pcm import tone, write_wav
from records.actor import command_line_actor
from records.messages import message_versions
from records.users import administration, sessions
from records.users.invitees import Invitee
from records.users.session_cookie import SECRET_KEY
from routing.access.permissions import Role
from standardiste.parts.console import create_app_context
from standardiste.parts.web_server import is_healthy

TITLE = "The staff console"
USERS, VIEW_S, MESSAGE_S = 50, 3.0, 90
ALONE = 20
"""How often each page is opened by one user alone."""
CARD = "/contacts, a card with 2,000 interactions"
SEARCHES = {
    "/calls, a year": "/calls?period=year",
    "/calls, a year, hung up": "/calls?period=year&outcome=abandoned",
    "/calls, a part of a number": "/calls?period=year&q=1234",
    "/contacts, a name": "/contacts?q=marie+martin",
    "/contacts, a name with an error": "/contacts?q=marei+matrin",
    "/contacts, a part of a number": "/contacts?q=1234",
    CARD: "/contacts/1",
    "/changes, a word": "/changes?q=Anne",
    "/refresh": "/refresh",
    "/strip": "/strip",
    "/inbox/refresh": "/inbox/refresh",
}
"""What is asked of pages, by its name in the table; and the parts that open pages ask for again and again."""
_TEXT = (
    "{calls:,} calls of a year, {cards:,} cards with a name and an address, {versions:,} versions of the message. "
    f"{USERS} users, each with a session, open every page of the console, from its URL map, one after the other and "
    f"look at each for {VIEW_S:g} s; then all pages stay open and nobody does anything. From the request to the last "
    "byte of the answer. *Upload*: from the first byte of a file of "
    f"{MESSAGE_S} s (WAV) to the answer that it is on air, which the next caller hears within 300 ms."
)

UserSession = HTTPConnectionPool


@dataclass(frozen=True, slots=True)
class PageTimes:
    """Milliseconds of one page: with everybody at work, with one user alone, and its processor time."""

    busy: list[float]
    alone: list[float]
    cpu: float


def measure(stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    reception = stage.copy_reception()
    if not stage.has_year:
        say(f"{scale.calls:,} calls")
        fill_year(reception.database, scale.calls, scale.cards, scale.versions)
    with _serve_console(reception) as processes:
        console = ConsoleApp.of(create_app_context(reception.installation))
        pages = _list_pages(console, reception, stage.folder)
        users = _sign_in_users(reception, console.app)
        for user in users:  # warm up
            _page(user, "/own")
        say(f"{len(pages)} pages, one user")
        alone = {name: _open_alone(users[0], path, processes, ALONE) for name, path in pages.items()}
        say(f"{len(pages)} pages, {USERS} users at work")
        times, busy = _work(users, pages, scale.pages, processes)
        say("pages that stay open")
        used = processes.cpu_s
        Event().wait(scale.idle_s)
        rest = (processes.cpu_s - used) / scale.idle_s
        say("from a file to the air")
        on_air = [_publish(users[0], reception, stage.folder / "upload.wav") for _ in range(max(1, scale.rounds))]
    reception.database.close()
    reception.installation.close()
    all_ms = [ms for some in times.values() for ms in some]
    rows = (
        Row("a page, median", "ms", {OURS: [median(all_ms)]}),
        Row("a page, p95", "ms", {OURS: [percentile(all_ms, 95)]}, "≤ 100 ms"),
        Row("the slowest page alone, p95", "ms", {OURS: [max(percentile(ms, 95) for ms, _ in alone.values())]}),
        Row("a card with 2,000 interactions alone, p95", "ms", {OURS: [percentile(alone[CARD][0], 95)]}, "≤ 50 ms"),
        Row("processor time while they work", "% of a core", {OURS: [100 * busy]}),
        Row("processor time while pages are open", "% of a core", {OURS: [100 * rest]}, "≤ 5 %"),
        Row("upload → on air", "s", {OURS: on_air}, "≤ 60 s"),
    )
    text = _TEXT.format(calls=scale.calls, cards=scale.cards, versions=scale.versions)
    measured = {name: PageTimes(times.get(name, []), *alone[name]) for name in pages}
    notes = (f"{len(all_ms)} pages were opened. Each of them, the costliest first:", _table(measured))
    return [Section(TITLE, text, rows, notes=notes)]


def _list_pages(console: ConsoleApp, reception: Reception, folder: Path) -> dict[str, str]:
    """The address of each page of an administrator that can be opened, by its rule, and of the searches."""
    box = reception.installation.secret_box
    names = example_pages.add_examples(console, folder, box)
    staff, rules = console.sign_in(Role.ADMINISTRATOR), {}
    for endpoint, path in example_pages.pages(console, names).items():
        if staff.get(path).status_code == 200:
            (rule,) = [each.rule for each in console.app.url_map.iter_rules(endpoint) if "GET" in each.methods]
            rules[rule] = path
    return rules | SEARCHES


def _open_alone(user: UserSession, path: str, processes: ProcessTree, count: int) -> tuple[list[float], float]:
    used = processes.cpu_s
    times_ms = [_time_page(user, path) for _ in range(count)]
    return times_ms, 1000 * (processes.cpu_s - used) / count


def _work(
    users: list[UserSession], pages: Mapping[str, str], each: int, processes: ProcessTree
) -> tuple[Mapping[str, list[float]], float]:
    """Milliseconds of each page with all users at work, and the processors used meanwhile."""
    times: defaultdict[str, list[float]] = defaultdict(list)
    used, began = processes.cpu_s, time.monotonic()
    with ThreadPoolExecutor(len(users)) as threads:
        for opened in threads.map(_browse, users, range(len(users)), [pages] * len(users), [each] * len(users)):
            for name, ms in opened:
                times[name].append(ms)
    return times, (processes.cpu_s - used) / (time.monotonic() - began)


def _table(pages: Mapping[str, PageTimes]) -> str:
    lines = [
        f"| page | p50 and p95, {USERS} users (ms) | p50 and p95, one user (ms) | processor time (ms) |",
        "| --- | --- | --- | --- |",
    ]
    for name, page in sorted(pages.items(), key=lambda each: -each[1].cpu):
        cells = (_both(page.busy), _both(page.alone), format_value(page.cpu))
        lines.append(f"| `{name}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def _both(times_ms: list[float]) -> str:
    return f"{format_value(median(times_ms))}, {format_value(percentile(times_ms, 95))}" if times_ms else ""


@contextmanager
def _serve_console(reception: Reception) -> Iterator[ProcessTree]:
    settings = reception.settings
    settings.console_secret_file.parent.mkdir(parents=True, exist_ok=True)
    settings.console_secret_file.write_text("of the benchmark")
    process = start_part(reception, "serve-console", log="console.log")
    try:
        wait_for(lambda: is_healthy(settings.console_local_url), "the console to answer", 60)
        yield ProcessTree((process.pid,))
    finally:
        stop(process)


def _sign_in_users(reception: Reception, app: Flask) -> list[UserSession]:
    """Administrators, who see every page, each with the cookie of a session with second factor."""
    database, at = reception.database, datetime.now(UTC)
    invitees = [Invitee(f"P{n}", f"person{n}@example.org", Role.ADMINISTRATOR, "fr") for n in range(USERS)]
    signing = app.session_interface.get_signing_serializer(app)
    assert signing
    users = []
    for invited in administration.invite_users(database, command_line_actor("bench"), invitees, at=at):
        secret = sessions.start_session(database, invited.user.id, second_factor=True, at=at)
        cookie = {"Cookie": f"standardiste={signing.dumps({SECRET_KEY: secret})}"}
        users.append(HTTPConnectionPool("127.0.0.1", reception.settings.console_port, headers=cookie, maxsize=1))
    return users


def _browse(user: UserSession, number: int, pages: Mapping[str, str], count: int) -> list[tuple[str, float]]:
    """Milliseconds for each page. Each user begins at another moment and with another page."""
    Event().wait(VIEW_S * number / USERS)
    names, times_ms = list(pages), []
    first = number * len(names) // USERS
    for name in [names[(first + step) % len(names)] for step in range(count)]:
        times_ms.append((name, _time_page(user, pages[name])))
        Event().wait(VIEW_S)
    return times_ms


def _time_page(user: UserSession, path: str) -> float:
    began = time.monotonic()
    _page(user, path)
    return 1000 * (time.monotonic() - began)


def _publish(user: UserSession, reception: Reception, file: Path) -> float:
    """Seconds, with the requests of a browser: the file, the page of the draft, the button."""
    write_wav(file, tone(440, MESSAGE_S))
    before = len(message_versions.list_versions(reception.database, "daily"))
    token, began = _field(_page(user, "/message"), "csrf_token"), time.monotonic()
    sent = {"csrf_token": token, "slot": "daily", "text": "", "file": (file.name, file.read_bytes())}
    draft = user.request("POST", "/draft/new", fields=sent, redirect=False)
    if draft.status != 303:
        raise SystemExit(f"The file was rejected: {draft.status}.")
    page = _page(user, draft.headers["Location"])
    names = ("csrf_token", "revision", "seen", "from_s", "until_s")
    shown = {name: _field(page, name) for name in names} | {"text": "", "when": "now", "do": "publish"}
    answer = user.request("POST", draft.headers["Location"], fields=shown, redirect=False)
    times_ms = time.monotonic() - began
    if answer.status != 303 or len(message_versions.list_versions(reception.database, "daily")) == before:
        raise SystemExit(f"The message was not published: {answer.status}.")
    return times_ms


def _page(user: UserSession, path: str) -> BaseHTTPResponse:
    answer = user.request("GET", path, redirect=False)
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status}")
    for cookie in answer.headers.getlist("Set-Cookie"):
        if cookie.startswith("standardiste="):  # holds the CSRF secret
            user.headers["Cookie"] = cookie.partition(";")[0]
    return answer


def _field(page: BaseHTTPResponse, name: str) -> str:
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', page.data.decode())
    value = re.search(r'value="([^"]*)"', tag[0]) if tag else None
    return value[1] if value else ""
