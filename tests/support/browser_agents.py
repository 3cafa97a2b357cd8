"""Agents who answer in a browser: Chromium with a microphone that plays a file, at the console of a reception."""

import contextlib
import os
import re
import secrets
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import ports
import pytest
from browser import CHROMIUM, TIMEOUT_MS, _launched
from flask import Flask
from melodies import make_melody_file
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, expect
from playwright.sync_api import Error as PlaywrightError
from reception import Reception, wait_for
from sqlalchemy import update
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from caller.phone import Phone
from caller.prompt_recognizer import PromptRecognizer
from caller.tones import Tone
from console.app import create_app
from records.actor import command_line_actor
from records.schema import User as Users
from records.staff import agents, presence
from records.staff.agents import Agent
from records.staff.presence import PresenceState
from records.users import administration, invitations, sessions
from records.users.invitees import Invitee
from records.users.users import User
from routing.access.permissions import Role
from standardiste.parts.console import create_app_context

SPOKEN_HZ = 700
"""What is heard of an agent in a browser."""
PARTS = "asterisk, calls, switch, console, live"

# What the page hears: the strongest frequency of the caller's sound, 0 for silence.
_EARS = """
(() => {
  const Original = window.RTCPeerConnection;
  window.heard = { hertz: () => 0 };
  window.RTCPeerConnection = class extends Original {
    constructor(...given) {
      super(...given);
      this.addEventListener("track", ({ streams: [stream] }) => {
        const context = new AudioContext(), ear = context.createAnalyser();
        ear.fftSize = 8192;
        context.createMediaStreamSource(stream).connect(ear);
        window.heard.hertz = () => {
          const bins = new Float32Array(ear.frequencyBinCount);
          ear.getFloatFrequencyData(bins);
          const loudest = bins.indexOf(Math.max(...bins));
          return bins[loudest] < -60 ? 0 : loudest * context.sampleRate / ear.fftSize;
        };
      });
    }
  };
})();
"""


def settings() -> dict[str, object]:
    """The settings of a reception with browser phones."""
    return {
        "browser_phone": True,
        "asterisk_http_port": ports.free(),
        "live_port": ports.free(),
        "parts": PARTS,
    }


@contextlib.contextmanager
def browser_with_microphone(folder: Path, hertz: int = SPOKEN_HZ) -> Iterator[Browser]:
    """A browser whose microphone plays a melody around a tone."""
    spoken = make_melody_file(folder / f"spoken-{hertz}.wav", hertz, 20, rate=48_000)
    with _launched(
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={spoken}",
        "--autoplay-policy=no-user-gesture-required",
    ) as browser:
        yield browser


@contextlib.contextmanager
def browser_of_its_own(folder: Path, playwright: BrowserType) -> Iterator[tuple[Browser, int]]:
    """A browser that a test may kill or stop, and its process group."""
    port = ports.free()
    switches = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", *_sandbox()]
    command = [CHROMIUM, f"--remote-debugging-port={port}", f"--user-data-dir={folder}", *switches, "about:blank"]
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: _answers(port), "the browser", 30)
        yield playwright.connect_over_cdp(f"http://127.0.0.1:{port}"), process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _sandbox() -> list[str]:
    return ["--no-sandbox"] if os.getuid() == 0 else []


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class BrowserAgents:
    """The console of a reception, and its agents at browsers."""

    reception: Reception
    _contexts: list[BrowserContext] = field(default_factory=list)

    @cached_property
    def app(self) -> Flask:
        return create_app(create_app_context(self.reception.installation))

    @property
    def url(self) -> str:
        return self.reception.settings.console_local_url

    def add(self, name: str) -> tuple[Agent, User]:
        """An agent whose calls ring in the browser, and their user."""
        database, now = self.reception.database, datetime.now(UTC)
        agent = agents.add_agent(database, name, language="fr", at=now)
        agents.update_agent(database, agent.id, in_browser=True)
        newcomer = Invitee(name, f"{name.split()[0].lower()}@example.org", Role.STAFF, "fr")
        (invited,) = administration.invite_users(database, command_line_actor("test"), [newcomer], at=now)
        invitations.accept_invitation(database, invited.secret, "lune pavé citron", at=now)
        with database.write() as connection:
            connection.execute(update(Users).where(Users.id == invited.user.id).values(agent_id=agent.id))
        return agents.find_agent(database, name), invited.user

    def sign_in(self, browser: Browser, user: User, **options: object) -> BrowserContext:
        """A browser of this user, in a session of the console."""
        context = browser.new_context(**{"locale": "fr", "permissions": ["microphone"], **options})
        context.add_init_script(_EARS)
        context.add_cookies([{"name": "standardiste", "value": self.cookie(user), "url": self.url}])
        context.set_default_timeout(TIMEOUT_MS)
        self._contexts.append(context)
        return context

    def leave(self) -> None:
        """Everybody goes home: no browser is open, and nobody is rung."""
        for context in self._contexts:
            with contextlib.suppress(PlaywrightError):  # its browser was killed
                context.close()
        self._contexts.clear()
        for agent in agents.list_agents(self.reception.database):
            presence.set_presence(self.reception.database, agent.id, PresenceState.OUT, by="test", at=datetime.now(UTC))

    def cookie(self, user: User) -> str:
        secret = sessions.start_session(self.reception.database, user.id, second_factor=True, at=datetime.now(UTC))
        serializer = self.app.session_interface.get_signing_serializer(self.app)
        assert serializer
        return str(serializer.dumps({"token": secret}))

    def log_in_phone(self, cookie: str) -> None:
        """Asks for the telephone of this session, without a browser."""
        client = self.app.test_client()
        client.set_cookie("standardiste", cookie)
        token = re.search(r'data-token="([^"]+)"', client.get("/browser-phone").text)
        assert token
        assert client.post("/browser-phone/login", data={"csrf_token": token[1]}).status_code == 200

    def socket(self, cookie: str, origin: str = "") -> ClientConnection:
        """A connection for SIP messages. Raises InvalidStatus when it is refused."""
        port = self.reception.settings.live_port
        return connect(
            f"ws://127.0.0.1:{port}/ws?page={secrets.token_hex(8)}",
            subprotocols=[Subprotocol("sip")],
            origin=Origin(origin or self.url),
            additional_headers={"Cookie": f"standardiste={cookie}"},
        )

    def try_socket(self, cookie: str, origin: str = "") -> int:
        """The status with which a connection is refused."""
        with pytest.raises(InvalidStatus) as refused:
            self.socket(cookie, origin)
        return int(refused.value.response.status_code)

    def close_code(self, cookie: str, messages: list[str]) -> int:
        """The code with which a connection is closed after these messages."""
        with self.socket(cookie) as socket, pytest.raises(ConnectionClosed) as closed:
            for message in messages:
                socket.send(message)
            while True:
                socket.recv(5)
        assert closed.value.rcvd
        return int(closed.value.rcvd.code)

    def open_phone(self, context: BrowserContext) -> Page:
        """The window of the telephone, once it is ready for calls."""
        page = context.new_page()
        page.goto(f"{self.url}/browser-phone")
        expect_state(page, "ready")
        return page


def expect_state(page: Page, state: str) -> None:
    expect(page.locator("#phone")).to_have_attribute("data-state", state)


def press(page: Page, button: str) -> None:
    page.locator(f'[data-phone="{button}"]').click()


def wait_until_heard(page: Page, hertz: float) -> None:
    """Returns when the page hears this tone."""
    wait_for(lambda: abs(page.evaluate("window.heard.hertz()") - hertz) < 12, f"{hertz:g} Hz in the page", 15)


def heard_since(phone: Phone, since_s: float, hertz: int) -> bool:
    """Whether this tone was heard after that second of the telephone's clock."""
    found = PromptRecognizer({}).recognize(phone.received_audio())
    return any(isinstance(one, Tone) and abs(one.frequency - hertz) < 10 and one.end_s > since_s for one in found)


def texts(page: Page, name: str) -> str:
    """A text of the page, which its script shows."""
    return page.locator("#phone").get_attribute(f"data-{name}") or ""
