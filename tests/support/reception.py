"""A whole reception for tests: our own server as `script/server` runs it, in its own folder and on its own ports."""

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import IO, TypeVar

import databases
import fork_server
import ports
import settled
import short_prompts

from caller.phone import CallerId, Phone, SipAccount
from caller.phone_events import PhoneEventKind
from caller.prompt_recognizer import PromptRecognizer
from caller.scripted_call import CallReport, Step, place_call
from prompts.catalogue import all_prompts
from prompts.library import sound_file
from prompts.messages.publishing import sound_path
from records import overrides
from records.call_events import CallEventKind
from records.calls import call_detail
from records.calls.call_detail import CallDetail, CallRecord
from records.database.engine import Database, open_database
from records.messages import message_versions
from records.plan.reader import PlanReader
from records.staff import agents
from routing.sentences import list_sentences
from standardiste.asterisk_reload import reload_asterisk
from standardiste.installation import Installation
from standardiste.settings import Settings

T = TypeVar("T")

NUMBER = "0199000000"
CALLER = "+33639980001"
RTP_PORTS = 100
CALLS_AT_ONCE = 20  # as many as these ports carry
SETTLED_WITHIN_S = 1.0
LONGEST_SILENCE_S = 2.0 + 0.3  # a loaded machine may hold a packet back
BEEP_HZ = 1000
COMMAND_TIMEOUT_S = 120
CALL_PARTS = "asterisk, calls, switch"
ABSENT_TRUNK = json.dumps({"absent": {"address": "192.0.2.1", "qualify_s": 0}})
"""A trunk that no call passes; with it callbacks are promised."""


class Reception:
    """`start()` and `stop()` it, `call()` it, and read its `base`."""

    is_program = False
    """Whether the server is a program, as in operation and in the long suite; else it is a fork with its code."""

    module = "standardiste"
    """The program: what Python runs with `-m`."""

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
            "STANDARDISTE_LIVE_PORT": str(ports.free()),
            "STANDARDISTE_METRICS_PORT": str(ports.free()),
            "STANDARDISTE_RTP_FIRST": str(rtp),
            "STANDARDISTE_RTP_LAST": str(rtp + RTP_PORTS - 1),
            "STANDARDISTE_CALLS_AT_ONCE": str(CALLS_AT_ONCE),
        }
        given = databases.database_settings(var) | overrides
        self.environment |= {f"STANDARDISTE_{name.upper()}": str(value) for name, value in given.items() if value != ""}
        self.settings = Settings.model_validate(
            {name.removeprefix("STANDARDISTE_").lower(): value for name, value in self.environment.items()}
        )
        self._recognizers: dict[tuple[tuple[str, Path, int], ...], PromptRecognizer] = {}
        self._server: fork_server.ForkedProcess | subprocess.Popen[str] | None = None

    @classmethod
    def for_calls(cls, var: Path, **overrides: object) -> "Reception":
        """A reception with the processes that calls need; with every process in tests with the real voice."""
        parts = "" if short_prompts.true_voice else CALL_PARTS
        return cls(var, **{"parts": parts, "trunks": ABSENT_TRUNK} | overrides)

    @cached_property
    def installation(self) -> Installation:
        return Installation(self.settings)

    @cached_property
    def database(self) -> Database:
        return open_database(self.settings.sqlalchemy_url, wake_socket=self.settings.wake_socket)

    # --- running -----------------------------------------------------------

    def start(self, errors: IO[str] | None = None) -> None:
        """Returns when calls can be served; the server's own messages go to `errors`."""
        environment = os.environ | self.environment
        if self.is_program or short_prompts.true_voice:
            self._server = subprocess.Popen(
                self._command("server"), env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        else:
            self._server = fork_server.ForkedProcess(["server"], environment, stdout=subprocess.PIPE, stderr=errors)
        assert self._server.stdout
        for line in self._server.stdout:
            if line.startswith("Ctrl-C"):
                return
        self.stop()
        raise AssertionError(f"the server did not start; see {self.settings.log}")

    @property
    def process(self) -> "fork_server.ForkedProcess | subprocess.Popen[str]":
        """The started server."""
        assert self._server
        return self._server

    def stop(self) -> None:
        if self._server:
            self._server.send_signal(signal.SIGINT)
            self._server.communicate(timeout=30)
        self.database.close()
        self.installation.close()

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """`standardiste ARGUMENTS` on this installation."""
        done = fork_server.run(arguments, os.environ | self.environment, COMMAND_TIMEOUT_S)
        assert not (check and done.returncode), f"{' '.join(arguments)}: {done.stderr}"
        return done

    def supervisorctl(self, *arguments: str) -> str:
        """supervisorctl, for starting and stopping a part."""
        given = ["--configuration", str(self.settings.var / "supervisord.conf"), *arguments]
        return fork_server.run(given, os.environ, COMMAND_TIMEOUT_S, module=fork_server.SUPERVISORCTL).stdout

    def supervisor_pid(self) -> int:
        return int((self.settings.var / "supervisor.pid").read_text())

    def calls_pids(self) -> list[int]:
        """The processes of the part `calls`: the watchdog, and its workers."""
        return [int(self.supervisorctl("pid", "calls")), *self.worker_pids()]

    def worker_pids(self) -> list[int]:
        """The FastAGI workers: children of the `calls` process."""
        return children(int(self.supervisorctl("pid", "calls")))

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", self.module, *arguments]

    def public_url(self, path: str = "/") -> str:
        """The address of one of the public pages."""
        return self.settings.public_local_url + path

    # --- calling -----------------------------------------------------------

    def uri(self, number: str = NUMBER) -> str:
        return f"sip:{number}@127.0.0.1:{self.settings.sip_port}"

    def prompt_recognizer(self, language: str = "fr") -> PromptRecognizer:
        """Recognizes every prompt of the plan in force in a language, and each message as `message-<version>`."""
        plan = PlanReader(self.database).read().plan
        spoken = all_prompts(list_sentences(plan))
        typed = [key for override in overrides.list_overrides(self.database) for key in override.sentences]
        keys = [*(prompt.key for prompt in spoken), *typed]
        prompts = {key: sound_file(self.settings.sounds, language, key) for key in keys}
        versions = [
            v
            for announcement in plan.announcements
            for v in message_versions.list_versions(self.database, announcement)
        ]
        store = self.settings.messages
        played = {f"message-{v.id}": sound_path(store, v.audio).with_suffix(".wav") for v in versions}
        known = {name: file for name, file in (prompts | played).items() if file.is_file()}
        files = tuple((name, file, file.stat().st_mtime_ns) for name, file in known.items())
        if files not in self._recognizers:
            short = {} if short_prompts.true_voice else {"part_s": short_prompts.PART_S}
            self._recognizers[files] = PromptRecognizer(known, **short)
        return self._recognizers[files]

    def call(
        self,
        *script: Step,
        caller: CallerId | None = None,
        number: str = NUMBER,
        uri: str | None = None,
        language: str = "fr",
        outgoing_audio: Path | None = None,
        max_seconds: float = 60,
        may_be_silent: bool = False,
    ) -> CallReport:
        """A call from outside, to its end, once calls are served from what the database holds now.

        The caller never hears more than two seconds of silence, unless it is their turn after a beep. `may_be_silent`:
        another person speaks with them, or our own code is stopped.
        """
        self.wait_for_snapshot()
        report = place_call(
            uri or self.uri(number),
            script=script,
            prompts=self.prompt_recognizer(language),
            caller_id=caller or CallerId(CALLER),
            outgoing_audio=outgoing_audio,
            max_seconds=max_seconds,
        )
        if not may_be_silent:
            dead_air = report.list_dead_air(longest_s=LONGEST_SILENCE_S, after_tones=(BEEP_HZ,))
            assert dead_air == (), "\n".join([*dead_air, str(report)])
        return report

    def wait_for_snapshot(self) -> None:
        """Returns when the FastAGI worker has read the plan, overrides and messages in force.

        It waits a second at most: by then the next caller hears a change.
        """
        self._wait_briefly(lambda: settled.is_served(self.settings, self.database))

    def _wait_briefly(self, look: Callable[[], bool]) -> None:
        ends = time.monotonic() + SETTLED_WITHIN_S
        while time.monotonic() < ends and not look():
            time.sleep(0.02)

    @contextmanager
    def desk_phone(
        self,
        person: agents.Agent,
        outgoing_audio: Path | None = None,
        *,
        auto_answer: bool = True,
        max_seconds: float = 180,
    ) -> Iterator[Phone]:
        """A registered telephone of an agent, for so long at most."""
        account = SipAccount(person.sip_account, person.password, f"127.0.0.1:{self.settings.sip_port}")
        options = {"auto_answer": auto_answer, "outgoing_audio": outgoing_audio, "max_seconds": max_seconds}
        with Phone(account=account, **options) as phone:
            phone.wait_for(PhoneEventKind.REGISTERED)
            yield phone

    def remove_agents(self, *people: agents.Agent) -> None:
        """Agents leave; Asterisk knows their desks' new account names, so that the next ones can register there."""
        for person in people:
            agents.remove_agent(self.database, person.id, password=person.password, at=datetime.now(UTC))
        reload_asterisk(self.installation)

    # --- looking -----------------------------------------------------------

    def wait_for_call_detail(self, line: str | None = CALLER, *, with_event: CallEventKind | None = None) -> CallDetail:
        """The last call from a line (E.164; None: withheld), once its record is complete and its voicemail kept."""

        def complete() -> CallDetail | None:
            call = next((call for call in call_detail.list_recent_calls(self.database, 50) if call.line == line), None)
            if call is None or call.ended_at is None:
                return None
            spooled = (self.settings.asterisk_spool / "voicemail" / f"{call.ref}.wav").exists()
            story = call_detail.get_call_detail(self.database, call.ref)
            # What our own code saw comes by another way than the end of the call, and may come after it.
            missing = with_event is not None and with_event not in {event.kind for event in story.events}
            return None if spooled or missing else story

        ended = wait_for(complete, "the call's record to be complete")
        self._wait_briefly(lambda: settled.is_written_behind(self.settings))  # other callers may still be there
        return call_detail.get_call_detail(self.database, ended.call.ref)

    def wait_for_calls(self, since: datetime, count: int) -> list[CallRecord]:
        """The calls that started since then, newest first, once there are so many on record and all have ended.

        A call of an earlier test may come on record after `since`, but has started before; one that was served with a
        fake clock starts in the future.
        """

        def ended() -> list[CallRecord] | None:
            recent = call_detail.list_recent_calls(self.database, 100)
            calls = [call for call in recent if since <= call.started_at <= datetime.now(UTC)]
            return calls if len(calls) >= count and all(call.ended_at for call in calls) else None

        return wait_for(ended, f"{count} calls on record")

    def wait_until_recorded(self) -> None:
        """Returns when no call is active, and all that happened in the calls so far is in the database.

        For tests that look for what is not on record, or compare the record before and after.
        """
        wait_for(lambda: settled.is_recorded(self.installation), "everything that happened to be on record")

    def publish(self, text: str, folder: Path, *options: str, slot: str = "daily") -> str:
        """Publishes a message with these words; returns the name by which it is recognized."""
        spoken = folder / "message.wav"
        self.installation.voice.speak(text, "fr", spoken)
        self.run("message", "publish", str(spoken), "--announcement", slot, *options)
        return f"message-{max(version.id for version in message_versions.list_versions(self.database, slot))}"


def children(pid: int) -> list[int]:
    """The processes that the main thread of this one started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def event_kinds(story: CallDetail) -> list[str]:
    """What happened in a call, in order."""
    return [str(event.kind) for event in story.events]


def prompts_heard(story: CallReport) -> list[str]:
    """The prompts that were heard, each once for consecutive pieces: a stall splits a prompt in two."""
    return [key for key, _ in itertools.groupby(story.heard_prompts)]


def wait_for(look: Callable[[], T | None], what: str, seconds: float = 20.0) -> T:
    """Polls until the result is true, and returns it; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        began = time.monotonic()
        if found := look():
            return found
        time.sleep(max(0.05, time.monotonic() - began))  # a look that starts a process takes half the time at most
    raise AssertionError(f"waited {seconds:g} s in vain for {what}")
