"""A whole reception for tests: our own server as `script/server` runs it, in its own folder and on its own ports."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import IO, TypeVar

import bases
import ports

from caller.ear import Ear
from caller.phone import Account, CallerId, Kind, Phone
from caller.story import CallStory, Step, place_call
from prompts.library import sound_file
from prompts.publishing import sound_path
from records import messages, people, stories
from records.base import Base, open_base
from records.events import CallEventKind
from records.stories import Story
from standardiste.installation import Installation
from standardiste.settings import CHECKOUT, Settings

T = TypeVar("T")

NUMBER = "0199000000"
CALLER = "+33639980001"
RTP_PORTS = 100


class Reception:
    """`start()` and `stop()` it, `call()` it, and read its `base`."""

    def __init__(self, var: Path, **overrides: object) -> None:
        rtp = ports.free(RTP_PORTS)
        self.environment = {
            "STANDARDISTE_VAR": str(var),
            "STANDARDISTE_SIP_ADDRESS": "127.0.0.1",
            "STANDARDISTE_SIP_PORT": str(ports.free()),
            "STANDARDISTE_AGI_PORT": str(ports.free()),
            "STANDARDISTE_AMI_PORT": str(ports.free()),
            "STANDARDISTE_PUBLIC_PORT": str(ports.free()),
            "STANDARDISTE_CONSOLE_PORT": str(ports.free()),
            "STANDARDISTE_METRICS_PORT": str(ports.free()),
            "STANDARDISTE_RTP_FIRST": str(rtp),
            "STANDARDISTE_RTP_LAST": str(rtp + RTP_PORTS - 1),
        }
        given = bases.of_reception(var) | overrides
        self.environment |= {f"STANDARDISTE_{name.upper()}": str(value) for name, value in given.items()}
        self.settings = Settings.model_validate(
            {name.removeprefix("STANDARDISTE_").lower(): value for name, value in self.environment.items()}
        )
        self._server: subprocess.Popen[str] | None = None

    @cached_property
    def house(self) -> Installation:
        return Installation(self.settings)

    @cached_property
    def base(self) -> Base:
        return open_base(self.settings.base_url, wake=self.settings.bell)

    # --- running -----------------------------------------------------------

    def start(self, errors: IO[str] | None = None) -> None:
        """Returns when a call can be served; `errors` is where the server's own messages go."""
        self._server = subprocess.Popen(
            self._command("server"),
            env=os.environ | self.environment,
            cwd=CHECKOUT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        assert self._server.stdout
        for line in self._server.stdout:
            if line.startswith("Ctrl-C"):
                return
        self.stop()
        raise AssertionError(f"the server did not start; see {self.settings.log}")

    @property
    def process(self) -> "subprocess.Popen[str]":
        """The started server."""
        assert self._server
        return self._server

    def stop(self) -> None:
        if self._server:
            self._server.send_signal(signal.SIGINT)
            self._server.communicate(timeout=30)
        self.base.close()
        self.house.close()

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """`standardiste ARGUMENTS` on this installation."""
        done = subprocess.run(
            self._command(*arguments),
            env=os.environ | self.environment,
            cwd=CHECKOUT,
            text=True,
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert not (check and done.returncode), f"{' '.join(arguments)}: {done.stderr}"
        return done

    def supervisor(self, *arguments: str) -> str:
        """supervisorctl, for starting and stopping a part."""
        program = str(Path(sys.executable).parent / "supervisorctl")
        command = [program, "--configuration", str(self.settings.var / "supervisord.conf"), *arguments]
        return subprocess.run(command, text=True, capture_output=True, check=False, timeout=60).stdout

    def supervisor_pid(self) -> int:
        return int((self.settings.var / "supervisor.pid").read_text())

    def calls_pids(self) -> list[int]:
        """The process that talks with callers: the watchdog, and its workers."""
        return [int(self.supervisor("pid", "calls")), *self.worker_pids()]

    def worker_pids(self) -> list[int]:
        """The FastAGI workers: children of the `calls` process."""
        return children(int(self.supervisor("pid", "calls")))

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "standardiste", *arguments]

    def web(self, path: str = "/") -> str:
        """The address of one of the public pages."""
        return self.settings.public_here + path

    # --- calling -----------------------------------------------------------

    def uri(self, number: str = NUMBER) -> str:
        return f"sip:{number}@127.0.0.1:{self.settings.sip_port}"

    def ear(self, language: str = "fr") -> Ear:
        """Knows every prompt in a language, and each message as `message-<version>`."""
        prompts = {p.key: sound_file(self.settings.sounds, language, p.key) for p in self.house.prompts}
        versions = [v for slot in self.house.plan.slots for v in messages.versions(self.base, slot)]
        store = self.settings.messages
        played = {f"message-{v.id}": sound_path(store, v.audio).with_suffix(".wav") for v in versions}
        return Ear({name: file for name, file in (prompts | played).items() if file.is_file()})

    def call(
        self,
        *script: Step,
        caller: CallerId | None = None,
        number: str = NUMBER,
        uri: str | None = None,
        language: str = "fr",
        speaks: Path | None = None,
        max_seconds: float = 60,
    ) -> CallStory:
        """A call from outside, to its end."""
        return place_call(
            uri or self.uri(number),
            script=script,
            library=self.ear(language),
            caller_id=caller or CallerId(CALLER),
            speaks=speaks,
            max_seconds=max_seconds,
        )

    @contextmanager
    def desk_phone(
        self, person: people.Person, speaks: Path | None = None, *, auto_answer: bool = True
    ) -> Iterator[Phone]:
        """A registered telephone of a member of staff."""
        account = Account(person.phone, person.password, f"127.0.0.1:{self.settings.sip_port}")
        with Phone(account=account, auto_answer=auto_answer, speaks=speaks) as phone:
            phone.wait_for(Kind.REGISTERED)
            yield phone

    # --- looking -----------------------------------------------------------

    def record(self, line: str | None = CALLER, *, having: CallEventKind | None = None) -> Story:
        """The last call from a line (E.164; None: withheld), once its record is complete and its voicemail kept."""

        def complete() -> Story | None:
            call = next((call for call in stories.recent(self.base, 50) if call.line == line), None)
            if call is None or call.ended_at is None:
                return None
            spooled = (self.settings.spool / "voicemail" / f"{call.ref}.wav").exists()
            story = stories.story(self.base, call.ref)
            # What our own code saw comes by another way than the end of the call, and may come after it.
            missing = having is not None and having not in {event.kind for event in story.events}
            return None if spooled or missing else story

        return wait_for(complete, "the call's record to be complete")

    def publish(self, text: str, folder: Path, *options: str, slot: str = "daily") -> str:
        """Publishes a message of these words; returns the name under which the ear knows it."""
        spoken = folder / "message.wav"
        self.house.voice.speak(text, "fr", spoken)
        self.run("message", "publish", str(spoken), "--slot", slot, *options)
        return f"message-{max(version.id for version in messages.versions(self.base, slot))}"


def children(pid: int) -> list[int]:
    """The processes that the main thread of this one started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def kinds(story: Story) -> list[str]:
    """What happened in a call, in order."""
    return [str(event.kind) for event in story.events]


def keys_heard(story: CallStory) -> list[str]:
    """What was heard of our prompts, each once for a run of pieces; a stalled line cuts a prompt in two."""
    return [key for key, _ in itertools.groupby(story.heard)]


def wait_for(look: Callable[[], T | None], what: str, seconds: float = 10.0) -> T:
    """Looks until there is something to see; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds:g} s in vain for {what}")
