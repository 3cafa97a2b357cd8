"""The staff console with fifty users: response times, idle cost, and the time from an upload to a message on air.

One process of `serve-console`, as in service. Each user has a session and a connection that stays open: they open a
page, look at it for a while, then open the next. The client runs on the same machine.
"""

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from statistics import median
from threading import Event

from reception import Reception, wait_for
from urllib3 import BaseHTTPResponse, HTTPConnectionPool

from bench.installations import PreparedInstallation, start_part, stop
from bench.process_usage import ProcessTree
from bench.report import OURS, Row, Section, percentile
from bench.scale import Scale
from caller.pcm import tone, write_wav
from console.app import create_app
from console.guard import SESSION_COOKIE_KEY
from records.actor import command_line_actor
from records.messages import message_versions
from records.users import administration, sessions
from records.users.invitees import Invitee
from routing.access.permissions import Role
from standardiste.parts.console import create_app_context
from standardiste.parts.web_server import is_healthy

TITLE = "The staff console"
USERS, VIEW_S, MESSAGE_S = 50, 3.0, 90
PAGES = ("/message", "/plan", "/message/history", "/own", "/prompts", "/plan/history", "/changes")
_TEXT = (
    f"{USERS} users, each with a session, open one of {len(PAGES)} pages after the other and look at each "
    f"for {VIEW_S:g} s; then all pages stay open and nobody does anything. From the request to the last byte of the "
    f"answer. *Upload*: from the first byte of a file of {MESSAGE_S} s (WAV) to the answer that it is on air, "
    "which the next caller hears within 300 ms."
)

UserSession = HTTPConnectionPool


def measure(stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    reception = stage.copy_reception()
    with _serve_console(reception) as processes:
        users = _sign_in_users(reception)
        say(f"{USERS} users at work")
        with ThreadPoolExecutor(USERS) as threads:
            for user in users:  # warm up
                _page(user, "/own")
            used, began = processes.cpu_s, time.monotonic()
            times_ms = [ms for some in threads.map(_browse, users, range(USERS), [scale.pages] * USERS) for ms in some]
            busy = (processes.cpu_s - used) / (time.monotonic() - began)
        say("pages that stay open")
        used = processes.cpu_s
        Event().wait(scale.idle_s)
        rest = (processes.cpu_s - used) / scale.idle_s
        say("from a file to the air")
        on_air = [_publish(users[0], reception, stage.folder / "upload.wav") for _ in range(max(1, scale.rounds))]
    reception.database.close()
    reception.installation.close()
    rows = (
        Row("a page, median", "ms", {OURS: [median(times_ms)]}),
        Row("a page, p95", "ms", {OURS: [percentile(times_ms, 95)]}, "≤ 100 ms"),
        Row("a page, longest", "ms", {OURS: [max(times_ms)]}),
        Row("processor time while they work", "% of a core", {OURS: [100 * busy]}),
        Row("processor time while pages are open", "% of a core", {OURS: [100 * rest]}, "≤ 5 %"),
        Row("upload → on air", "s", {OURS: on_air}, "≤ 60 s"),
    )
    return [Section(TITLE, _TEXT, rows, notes=(f"{len(times_ms)} pages were opened.",))]


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


def _sign_in_users(reception: Reception) -> list[UserSession]:
    """Supervisors, who see the most pages, each with the cookie of a session with second factor."""
    database, at = reception.database, datetime.now(UTC)
    invitees = [Invitee(f"P{n}", f"p{n}@example.org", Role.SUPERVISOR, "fr") for n in range(USERS)]
    app = create_app(create_app_context(reception.installation))
    signing = app.session_interface.get_signing_serializer(app)
    assert signing
    users = []
    for invited in administration.invite_users(database, command_line_actor("bench"), invitees, at=at):
        secret = sessions.start_session(database, invited.user.id, second_factor=True, at=at)
        cookie = {"Cookie": f"standardiste={signing.dumps({SESSION_COOKIE_KEY: secret})}"}
        users.append(HTTPConnectionPool("127.0.0.1", reception.settings.console_port, headers=cookie, maxsize=1))
    return users


def _browse(user: UserSession, number: int, pages: int) -> list[float]:
    """Milliseconds for each page. Each user begins at another moment and with another page."""
    Event().wait(VIEW_S * number / USERS)
    times_ms = []
    for path in islice(PAGES * (1 + (number + pages) // len(PAGES)), number % len(PAGES), number % len(PAGES) + pages):
        began = time.monotonic()
        _page(user, path)
        times_ms.append(1000 * (time.monotonic() - began))
        Event().wait(VIEW_S)
    return times_ms


def _publish(user: UserSession, reception: Reception, file: Path) -> float:
    """Seconds, with the requests of a browser: the file, the page of the draft, the button."""
    write_wav(file, tone(440, MESSAGE_S))
    before = len(message_versions.list_versions(reception.database, "daily"))
    token, began = _field(_page(user, "/message"), "csrf_token"), time.monotonic()
    sent = {"csrf_token": token, "slot": "daily", "text": "", "file": (file.name, file.read_bytes())}
    draft = user.request("POST", "/message/upload", fields=sent, redirect=False)
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
    if cookie := answer.headers.get("Set-Cookie"):  # holds the CSRF secret
        user.headers["Cookie"] = cookie.partition(";")[0]
    return answer


def _field(page: BaseHTTPResponse, name: str) -> str:
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', page.data.decode())
    value = re.search(r'value="([^"]*)"', tag[0]) if tag else None
    return value[1] if value else ""
