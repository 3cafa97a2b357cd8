"""The staff console while fifty people work in it, what it costs while they only look, and a message's way to the air.

One process of `serve-console`, as in service. Each person is a session of its own on a connection that stays open: a
page is asked for, looked at for a while, then the next. The client shares the machine.
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

from bench.accounting import Processes
from bench.scale import Scale
from bench.stage import Stage, start_part, stop
from bench.table import OURS, Row, Section, percentile
from caller.sound import tone, write_wav
from console.app import create_app
from console.guard import TOKEN
from records import account_changes, console_sessions, messages
from records.newcomers import Newcomer
from records.viewer import at_machine
from routing.permissions import Role
from standardiste.serve_console import door
from standardiste.web_server import answers

TITLE = "The staff console"
PEOPLE, LOOKS_S, MESSAGE_S = 50, 3.0, 90
PAGES = ("/message", "/plan", "/message/history", "/own", "/prompts", "/plan/history", "/changes")
_TEXT = (
    f"{PEOPLE} people, each in a session of its own, open one of {len(PAGES)} pages after the other and look at each "
    f"for {LOOKS_S:g} s; then all pages stay open and nobody does anything. From the request sent to the last byte of "
    f"the answer. *Upload*: from the first byte of a file of {MESSAGE_S} s (WAV) to the answer that it is on air, "
    "which the next caller hears within 300 ms."
)

Person = HTTPConnectionPool


def measure(stage: Stage, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    reception = stage.copy()
    with _served(reception) as processes:
        people = _people(reception)
        say(f"{PEOPLE} people at work")
        with ThreadPoolExecutor(PEOPLE) as threads:
            for person in people:  # everybody has come
                _page(person, "/own")
            used, began = processes.cpu_s, time.monotonic()
            took = [ms for some in threads.map(_work, people, range(PEOPLE), [scale.pages] * PEOPLE) for ms in some]
            busy = (processes.cpu_s - used) / (time.monotonic() - began)
        say("pages that stay open")
        used = processes.cpu_s
        Event().wait(scale.rest_s)
        rest = (processes.cpu_s - used) / scale.rest_s
        say("from a file to the air")
        on_air = [_publish(people[0], reception, stage.folder / "upload.wav") for _ in range(max(1, scale.rounds))]
    reception.base.close()
    reception.house.close()
    rows = (
        Row("a page, median", "ms", {OURS: [median(took)]}),
        Row("a page, p95", "ms", {OURS: [percentile(took, 95)]}, "≤ 100 ms"),
        Row("a page, longest", "ms", {OURS: [max(took)]}),
        Row("processor time while they work", "% of a core", {OURS: [100 * busy]}),
        Row("processor time while pages are open", "% of a core", {OURS: [100 * rest]}, "≤ 5 %"),
        Row("upload → on air", "s", {OURS: on_air}, "≤ 60 s"),
    )
    return [Section(TITLE, _TEXT, rows, notes=(f"{len(took)} pages were opened.",))]


@contextmanager
def _served(reception: Reception) -> Iterator[Processes]:
    settings = reception.settings
    settings.console_secret.parent.mkdir(parents=True, exist_ok=True)
    settings.console_secret.write_text("of the benchmark")
    process = start_part(reception, "serve-console", log="console.log")
    try:
        wait_for(lambda: answers(settings.console_here), "the console to answer", 60)
        yield Processes((process.pid,))
    finally:
        stop(process)


def _people(reception: Reception) -> list[Person]:
    """Supervisors, who see most, each with the cookie of a session that is complete."""
    base, at = reception.base, datetime.now(UTC)
    newcomers = [Newcomer(f"P{n}", f"p{n}@example.org", Role.SUPERVISOR, "fr") for n in range(PEOPLE)]
    app = create_app(door(reception.house))
    signing = app.session_interface.get_signing_serializer(app)
    assert signing
    people = []
    for invited in account_changes.invite(base, at_machine("bench"), newcomers, at=at):
        secret = console_sessions.begin(base, invited.account.id, second_factor=True, at=at)
        cookie = {"Cookie": f"standardiste={signing.dumps({TOKEN: secret})}"}
        people.append(HTTPConnectionPool("127.0.0.1", reception.settings.console_port, headers=cookie, maxsize=1))
    return people


def _work(person: Person, number: int, pages: int) -> list[float]:
    """How long each page took, in milliseconds. Nobody begins at the same moment or with the same page."""
    Event().wait(LOOKS_S * number / PEOPLE)
    took = []
    for path in islice(PAGES * (1 + (number + pages) // len(PAGES)), number % len(PAGES), number % len(PAGES) + pages):
        began = time.monotonic()
        _page(person, path)
        took.append(1000 * (time.monotonic() - began))
        Event().wait(LOOKS_S)
    return took


def _publish(person: Person, reception: Reception, file: Path) -> float:
    """Seconds, as a browser would do it: the file, the page of the draft, the button."""
    write_wav(file, tone(440, MESSAGE_S))
    before = len(messages.versions(reception.base, "daily"))
    token, began = _field(_page(person, "/message"), "csrf_token"), time.monotonic()
    sent = {"csrf_token": token, "slot": "daily", "text": "", "file": (file.name, file.read_bytes())}
    draft = person.request("POST", "/message/upload", fields=sent, redirect=False)
    if draft.status != 303:
        raise SystemExit(f"The file was refused: {draft.status}.")
    page = _page(person, draft.headers["Location"])
    names = ("csrf_token", "revision", "seen", "from_s", "until_s")
    shown = {name: _field(page, name) for name in names} | {"text": "", "when": "now", "do": "publish"}
    answer = person.request("POST", draft.headers["Location"], fields=shown, redirect=False)
    took = time.monotonic() - began
    if answer.status != 303 or len(messages.versions(reception.base, "daily")) == before:
        raise SystemExit(f"The message was not published: {answer.status}.")
    return took


def _page(person: Person, path: str) -> BaseHTTPResponse:
    answer = person.request("GET", path, redirect=False)
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status}")
    if cookie := answer.headers.get("Set-Cookie"):  # with the secret of the forms
        person.headers["Cookie"] = cookie.partition(";")[0]
    return answer


def _field(page: BaseHTTPResponse, name: str) -> str:
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', page.data.decode())
    value = re.search(r'value="([^"]*)"', tag[0]) if tag else None
    return value[1] if value else ""
