"""The plan section of the console for tests, on a database with the seed plan; it publishes without Asterisk."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path

import ports
import waitress_thread
from console_client import ConsoleApp, ConsoleUser
from werkzeug.test import TestResponse

from console.services import PlanServices
from prompts.voices.espeak import EspeakVoice
from records.actor import Actor
from records.plan import plan_versions
from records.plan.plan_versions import PlanVersion
from routing.plan import parsing
from standardiste.parts import web_server

SEED = (Path(__file__).parents[2] / "plan.yaml").read_text(encoding="utf-8")
FIELD = re.compile(
    r"<input (?P<input>[^>]*)>|<textarea (?P<area>[^>]*)>\n(?P<text>.*?)</textarea>"
    r"|<select (?P<select>[^>]*)>(?P<options>.*?)</select>",
    re.DOTALL,
)


class PlanSection:
    """`staff` changes plans; `console.now` is the clock."""

    def __init__(self, console: ConsoleApp, folder: Path) -> None:
        self.console, self.folder = console, folder
        plan_versions.save_plan(console.database, SEED, author="Anne", at=console.now)
        desk = PlanServices(folder / "sounds", folder / "previews", EspeakVoice(), self._publish)
        extensions = console.app.extensions
        extensions["app_context"] = replace(extensions["app_context"], plan_services=desk)

    @property
    def text(self) -> str:
        """The plan in force."""
        return plan_versions.get_current_version(self.console.database).text

    def replace_text(self, text: str) -> None:
        """Put another plan into force, as the command line does."""
        parsing.parse_plan(text)
        plan_versions.save_plan(self.console.database, text, author="Anne", at=self.console.now)

    def _publish(self, actor: Actor, text: str, seen: int) -> PlanVersion:
        parsing.parse_plan(text)
        return plan_versions.publish_plan(self.console.database, actor, text, replaces=seen, at=self.console.now)


@contextmanager
def serve_console(console: ConsoleApp) -> Iterator[str]:
    """The address of the application, for browsers."""
    port = ports.free()
    server = web_server.create_web_server(
        console.app,
        IPv4Address("127.0.0.1"),
        port,
        "console_port",
        threads=4,
        max_connections=100,
        max_body_bytes=1 << 20,
    )
    with waitress_thread.running(server):
        yield f"http://127.0.0.1:{port}"


def form_fields(page: TestResponse) -> dict[str, str]:
    """What the fields of a page hold."""
    found = {}
    for part in FIELD.finditer(page.text):
        attributes = part["input"] or part["area"] or part["select"]
        name = re.search(r'\bname="([^"]*)"', attributes)
        unchecked = 'type="checkbox"' in attributes and not re.search(r"\bchecked\b", attributes)
        if not name or unchecked:
            continue
        if part["input"]:
            value = re.search(r'\bvalue="([^"]*)"', attributes)
            found[name[1]] = html.unescape(value[1]) if value else ""
        elif part["area"]:
            found[name[1]] = html.unescape(part["text"])
        else:
            chosen = re.search(r'value="([^"]*)" selected', part["options"])
            found[name[1]] = html.unescape(chosen[1]) if chosen else ""
    return found


def submit_change(staff: ConsoleUser, path: str, **changed: str) -> TestResponse:
    """Submits the form of that page with some fields changed."""
    return staff.post(path, form_fields(staff.get(path)) | {"do": "review"} | changed)


def confirm_change(staff: ConsoleUser, review: TestResponse) -> TestResponse:
    """Saves the change on this page."""
    return staff.post("/plan/review", form_fields(review) | {"do": "save"})
