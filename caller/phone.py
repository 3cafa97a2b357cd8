"""A telephone under program control: a public caller's, or with an account an agent's desk phone.

baresip does SIP and RTP; this class dials, presses keys, answers, hangs up, and records what it receives.
"""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import numpy as np

from caller.baresip import Baresip, BaresipError
from caller.pcm import SAMPLE_RATE, Samples, read_wav, silence, write_wav
from caller.phone_events import CALL_BOUNDS, EVENT_KINDS, REASONS, PhoneEvent, PhoneEventKind
from caller.received_audio import ReceivedAudio

_USER_PART = "-_.!~*'()&=+$,/"  # characters that are not escaped in a SIP user (RFC 3261 §25.1)
_BETWEEN_KEYS_S = 0.25  # baresip sends a key of about 0.1 s; people are slower


class PhoneError(Exception):
    """The phone cannot do what it is asked, or an expected event did not happen in time."""


@dataclass(frozen=True, slots=True)
class SipAccount:
    """A SIP account at a registrar (`host` or `host:port`), which makes the phone an agent's desk phone."""

    user: str
    password: str
    registrar: str


@dataclass(frozen=True, slots=True)
class CallerId:
    """The identity in the From header; a `number` of None is a withheld number."""

    number: str | None
    name: str = ""

    def from_header(self, host: str) -> str:
        """The From header's address (RFC 3261 §20.10; withheld: RFC 3323 §4.1.1.3)."""
        if not self.name.isprintable():
            raise PhoneError("A caller's name cannot hold a line break or another control character: leave it out.")
        if self.number is None:
            return '"Anonymous" <sip:anonymous@anonymous.invalid>'
        name = self.name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{name}" <sip:{quote(self.number, safe=_USER_PART)}@{host}>'


class Phone:
    """One telephone, which exists while it is entered as a context manager. It holds one call at a time.

    `address` is its local address (see `local_address`). With `account` it registers; with `auto_answer` it answers
    every call at once. `outgoing_audio` is an 8 kHz WAV that it sends into each call, followed by silence. The
    telephone process ends after `max_seconds`. Second 0 of its clock is the first call that it dials or receives;
    `clock_start` is that moment on `time.monotonic()`. Methods raise PhoneError.
    """

    def __init__(
        self,
        *,
        address: str = "127.0.0.1",
        account: SipAccount | None = None,
        auto_answer: bool = False,
        outgoing_audio: Path | None = None,
        codecs: tuple[str, ...] = ("PCMA", "PCMU"),
        max_seconds: float = 180.0,
    ) -> None:
        self._address, self._account, self._auto_answer = address, account, auto_answer
        self._outgoing_audio, self._codecs, self._max_seconds = outgoing_audio, codecs, max_seconds
        self._changed = threading.Condition()
        self._events: list[PhoneEvent] = []
        self._identity = ""
        self.clock_start: float | None = None

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="caller-")
        try:
            folder = Path(self._folder.name)
            self._write_source(folder / "source.wav")
            self._recording = ReceivedAudio(folder / "heard")
            self._baresip = Baresip(
                folder,
                address=self._address,
                source=folder / "source.wav",
                max_seconds=self._max_seconds,
                on_event=self._on_event,
                on_tick=self._on_tick,
            )
        except (BaresipError, OSError, ValueError) as error:
            self._folder.cleanup()
            raise PhoneError(str(error)) from error
        try:
            self._register()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._baresip.close()
        self._folder.cleanup()

    @property
    def uri(self) -> str:
        """The URI at which another phone can dial this one directly."""
        user = self._account.user if self._account else "phone"
        return f"sip:{user}@{self._address}:{self._baresip.sip_port}"

    @property
    def events(self) -> tuple[PhoneEvent, ...]:
        """All events so far, in order."""
        with self._changed:
            return tuple(self._events)

    def dial(self, uri: str, caller_id: CallerId | None = None) -> None:
        """Dials `uri` ("sip:100@127.0.0.1:5060"); `caller_id` replaces the phone's own identity."""
        if caller_id is not None:
            self._identify(caller_id.from_header(self._address), "regint=0")
        self._add(PhoneEventKind.DIALLED, time.monotonic(), uri)
        self._command("dial", uri)

    def press(self, keys: str) -> None:
        """Presses one key or several, as fast as a person does (DTMF as RTP events, RFC 4733)."""
        for number, key in enumerate(keys):
            if number:
                time.sleep(_BETWEEN_KEYS_S)
            self._command("sndcode", key)
            self._add(PhoneEventKind.KEY_SENT, time.monotonic(), key)

    def answer(self) -> None:
        """Answers the call that rings."""
        self._command("accept")

    def reject(self) -> None:
        """Rejects the call that rings (SIP 486)."""
        self._command("hangup")

    def hangup(self) -> None:
        """Ends the call, ringing or answered."""
        self._command("hangup")

    def wait_for(self, kind: PhoneEventKind, timeout: float = 10.0, *, after_s: float = 0.0) -> PhoneEvent:
        """The first event of this kind since second `after_s`. Raises PhoneError if none comes in `timeout` seconds."""
        event = self.wait_for_any((kind, PhoneEventKind.ENDED), timeout, after_s=after_s)
        if event is None or event.kind is not kind:
            why = "the phone has stopped" if event else f"nothing in {timeout:g} s"
            raise PhoneError(f"Waited for '{kind}' in vain: {why}. Events so far: {self._so_far()}.")
        return event

    def wait_for_any(
        self, kinds: Sequence[PhoneEventKind], timeout: float, *, after_s: float = 0.0
    ) -> PhoneEvent | None:
        """The first event of one of these kinds since second `after_s`; None if none comes in `timeout` seconds."""

        def found() -> PhoneEvent | None:
            return next((e for e in self._events if e.kind in kinds and e.at_s >= after_s), None)

        with self._changed:
            self._changed.wait_for(found, max(0.0, timeout))
            return found()

    def is_over(self, within: float = 0.0) -> bool:
        """Whether the last call has ended; waits up to `within` seconds for it."""

        def over() -> bool:
            calls = [e.kind for e in self._events if e.kind in CALL_BOUNDS]
            return bool(calls) and calls[-1] in (PhoneEventKind.CLOSED, PhoneEventKind.ENDED)

        with self._changed:
            return self._changed.wait_for(over, max(0.0, within))

    def elapsed_s(self) -> float:
        """Seconds on the phone's clock; 0 before the first call."""
        return 0.0 if self.clock_start is None else time.monotonic() - self.clock_start

    def received_audio(self) -> Samples:
        """The audio received from second 0 to now, or to the end of the last call: 8 kHz int16, with its gaps."""
        return self._recording.samples(self.events[-1].at_s if self.is_over() else self.elapsed_s())

    def _register(self) -> None:
        if self._account is None:
            self._identify(CallerId("phone").from_header(self._address), "regint=0")
            return
        account = self._account
        options = f"auth_user={account.user};auth_pass={account.password};regint=60"
        self._identify(f"<sip:{account.user}@{account.registrar}>", options)
        outcome = self.wait_for_any(
            (PhoneEventKind.REGISTERED, PhoneEventKind.REGISTER_FAILED, PhoneEventKind.ENDED), 10.0
        )
        if outcome is None or outcome.kind is not PhoneEventKind.REGISTERED:
            raise PhoneError(f"{account.user} could not register at {account.registrar}: {self._so_far()}.")

    def _identify(self, address: str, options: str) -> None:
        if self._identity:
            self._command("uadel", self._identity)  # baresip dials from its first user agent, so there must be only one
        answer_mode = "auto" if self._auto_answer else "manual"
        self._command("uanew", f"{address};{options};answermode={answer_mode};audio_codecs={','.join(self._codecs)}")
        self._identity = address.partition("<")[2].rstrip(">")

    def _command(self, command: str, parameters: str = "") -> None:
        try:
            self._baresip.command(command, parameters)
        except (BaresipError, OSError) as error:
            raise PhoneError(str(error)) from error

    def _write_source(self, path: Path) -> None:
        # baresip hangs up at the end of its source file, so the file lasts longer than the phone.
        audio = read_wav(self._outgoing_audio) if self._outgoing_audio else silence(0)
        write_wav(path, np.concatenate([audio, silence(max(0.0, self._max_seconds - len(audio) / SAMPLE_RATE) + 60)]))

    def _on_event(self, event: dict[str, object], now: float) -> None:
        kind = EVENT_KINDS.get(str(event["type"]))
        if kind is None:
            return
        detail = REASONS.get(str(event.get("param", "")), str(event.get("param", "")))
        if kind is PhoneEventKind.INCOMING:
            detail = f"{event.get('peerdisplayname', '')} <{event.get('peeruri', '')}>".strip()
        self._add(kind, now, detail)

    def _add(self, kind: PhoneEventKind, now: float, detail: str) -> None:
        with self._changed:
            if self.clock_start is None and kind in (
                PhoneEventKind.DIALLED,
                PhoneEventKind.INCOMING,
                PhoneEventKind.ANSWERED,
            ):
                self.clock_start = now
            at_s = 0.0 if self.clock_start is None else now - self.clock_start
            self._events.append(PhoneEvent(kind, at_s, detail))
            self._changed.notify_all()

    def _on_tick(self, now: float) -> None:
        if self.clock_start is not None:
            self._recording.read_new(now - self.clock_start)

    def _so_far(self) -> str:
        return ", ".join(f"{e.kind} {e.detail}".strip() for e in self._events) or "none"


def local_address(uri: str) -> str:
    """The address of this machine from which the host of a SIP URI is reached. Raises PhoneError if there is none."""
    host = uri.removeprefix("sip:").rpartition("@")[2].partition(";")[0].partition(":")[0]
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((host, 5060))
            return str(probe.getsockname()[0])
    except OSError as error:
        raise PhoneError(f"{host} cannot be reached: {error.strerror or error}. Check the address dialled.") from error
