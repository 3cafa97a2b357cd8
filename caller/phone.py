"""A telephone outside the house: it dials in as the public does, or rings on a desk as a member of staff's.

SIP and RTP are baresip's; this file gives it the words of a person: dial, press, answer, hang up, and what was heard.
"""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import numpy as np

from caller.baresip import Baresip, BaresipError
from caller.recording import Recording
from caller.sound import RATE, Samples, read_wav, silence, write_wav

_USER_PART = "-_.!~*'()&=+$,/"  # characters a SIP user may show as they are (RFC 3261 §25.1)
_BETWEEN_KEYS_S = 0.25  # baresip sends a key of about 0.1 s; a person is slower


class Kind(StrEnum):
    """What can happen to a phone."""

    REGISTERED = "registered"
    REGISTER_FAILED = "register failed"
    DIALLED = "dialled"
    INCOMING = "incoming"  # detail: who calls, "name <uri>"
    RINGING = "ringing"  # SIP 180
    EARLY_MEDIA = "early media"  # SIP 183: sound before the answer
    ANSWERED = "answered"
    PRESSED = "pressed"  # detail: the key sent
    KEY = "key"  # detail: the key received
    CLOSED = "closed"  # detail: who hung up, or the SIP answer that refused the call ("486 Busy Here")
    ENDED = "ended"  # the phone itself has stopped


_KINDS = {
    "REGISTER_OK": Kind.REGISTERED,
    "REGISTER_FAIL": Kind.REGISTER_FAILED,
    "CALL_INCOMING": Kind.INCOMING,
    "CALL_RINGING": Kind.RINGING,
    "CALL_PROGRESS": Kind.EARLY_MEDIA,
    "CALL_ESTABLISHED": Kind.ANSWERED,
    "CALL_DTMF_START": Kind.KEY,
    "CALL_CLOSED": Kind.CLOSED,
    "ENDED": Kind.ENDED,
}
_CALL_BOUNDS = (Kind.DIALLED, Kind.INCOMING, Kind.ANSWERED, Kind.CLOSED, Kind.ENDED)

THIS_SIDE_HUNG_UP = "this side hung up"
OTHER_SIDE_HUNG_UP = "the other side hung up"
_REASONS = {"Connection reset by user": THIS_SIDE_HUNG_UP, "Connection reset by peer": OTHER_SIDE_HUNG_UP}


class PhoneError(Exception):
    """The phone cannot do what it is asked, or what was awaited did not happen in time."""


@dataclass(frozen=True, slots=True)
class PhoneEvent:
    """One thing that happened, `at_s` seconds after the phone's second 0."""

    kind: Kind
    at_s: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """A phone account at a registrar (`host` or `host:port`): what makes a desk phone of a member of staff."""

    user: str
    password: str
    registrar: str


@dataclass(frozen=True, slots=True)
class CallerId:
    """What the From header shows; `number` None is a withheld number."""

    number: str | None
    name: str = ""

    def address(self, host: str) -> str:
        """The From header's address (RFC 3261 §20.10; withheld: RFC 3323 §4.1.1.3)."""
        if not self.name.isprintable():
            raise PhoneError("A caller's name cannot hold a line break or another control character: leave it out.")
        if self.number is None:
            return '"Anonymous" <sip:anonymous@anonymous.invalid>'
        name = self.name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{name}" <sip:{quote(self.number, safe=_USER_PART)}@{host}>'


class Phone:
    """A context manager: one telephone, from taking it off the shelf to putting it away.

    `address` is the local address it speaks from (see `local_address`); `account` registers it; `auto_answer` picks
    every call up at once; `speaks` is an 8 kHz WAV said into each call, followed by silence. It holds one call at a
    time and lives `max_seconds` at most. Second 0 of its clock is the first call it dials or receives; `zero` is that
    moment on `time.monotonic()`. Methods raise PhoneError.
    """

    def __init__(
        self,
        *,
        address: str = "127.0.0.1",
        account: Account | None = None,
        auto_answer: bool = False,
        speaks: Path | None = None,
        codecs: tuple[str, ...] = ("PCMA", "PCMU"),
        max_seconds: float = 180.0,
    ) -> None:
        self._address, self._account, self._auto_answer = address, account, auto_answer
        self._speaks, self._codecs, self._max_seconds = speaks, codecs, max_seconds
        self._changed = threading.Condition()
        self._events: list[PhoneEvent] = []
        self._identity = ""
        self.zero: float | None = None

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="caller-")
        try:
            folder = Path(self._folder.name)
            self._write_source(folder / "source.wav")
            self._recording = Recording(folder / "heard")
            self._baresip = Baresip(
                folder,
                address=self._address,
                source=folder / "source.wav",
                max_seconds=self._max_seconds,
                on_event=self._note,
                on_tick=self._listen,
            )
        except (BaresipError, OSError, ValueError) as error:
            self._folder.cleanup()
            raise PhoneError(str(error)) from error
        try:
            self._sign_on()
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
        """Where another phone can dial this one directly."""
        user = self._account.user if self._account else "phone"
        return f"sip:{user}@{self._address}:{self._baresip.sip_port}"

    @property
    def events(self) -> tuple[PhoneEvent, ...]:
        """All that has happened so far, in order."""
        with self._changed:
            return tuple(self._events)

    def dial(self, uri: str, caller_id: CallerId | None = None) -> None:
        """Call `uri` ("sip:100@127.0.0.1:5060"); `caller_id` replaces the phone's own identity."""
        if caller_id is not None:
            self._identify(caller_id.address(self._address), "regint=0")
        self._add(Kind.DIALLED, time.monotonic(), uri)
        self._do("dial", uri)

    def press(self, keys: str) -> None:
        """Press one key or several, at a person's pace (DTMF as RTP events, RFC 4733)."""
        for number, key in enumerate(keys):
            if number:
                time.sleep(_BETWEEN_KEYS_S)
            self._do("sndcode", key)
            self._add(Kind.PRESSED, time.monotonic(), key)

    def answer(self) -> None:
        """Pick up the call that rings."""
        self._do("accept")

    def reject(self) -> None:
        """Refuse the call that rings (SIP 486)."""
        self._do("hangup")

    def hangup(self) -> None:
        """End the call, ringing or answered."""
        self._do("hangup")

    def wait_for(self, kind: Kind, timeout: float = 10.0, *, after_s: float = 0.0) -> PhoneEvent:
        """The first event of this kind since second `after_s`; PhoneError when none comes in `timeout` seconds."""
        event = self.wait_for_any((kind, Kind.ENDED), timeout, after_s=after_s)
        if event is None or event.kind is not kind:
            why = "the phone has stopped" if event else f"nothing in {timeout:g} s"
            raise PhoneError(f"Waited for '{kind}' in vain: {why}. Events so far: {self._so_far()}.")
        return event

    def wait_for_any(self, kinds: Sequence[Kind], timeout: float, *, after_s: float = 0.0) -> PhoneEvent | None:
        """The first event of one of these kinds since second `after_s`; None when none comes in `timeout` seconds."""

        def found() -> PhoneEvent | None:
            return next((e for e in self._events if e.kind in kinds and e.at_s >= after_s), None)

        with self._changed:
            self._changed.wait_for(found, max(0.0, timeout))
            return found()

    def is_over(self, within: float = 0.0) -> bool:
        """Whether the last call has ended; waits up to `within` seconds for it."""

        def over() -> bool:
            calls = [e.kind for e in self._events if e.kind in _CALL_BOUNDS]
            return bool(calls) and calls[-1] in (Kind.CLOSED, Kind.ENDED)

        with self._changed:
            return self._changed.wait_for(over, max(0.0, within))

    def now_s(self) -> float:
        """Seconds on the phone's clock; 0 before the first call."""
        return 0.0 if self.zero is None else time.monotonic() - self.zero

    def heard(self) -> Samples:
        """The sound received, from second 0 to now or the end of the last call: 8 kHz int16, on the wall clock."""
        return self._recording.samples(self.events[-1].at_s if self.is_over() else self.now_s())

    def _sign_on(self) -> None:
        if self._account is None:
            self._identify(CallerId("phone").address(self._address), "regint=0")
            return
        account = self._account
        options = f"auth_user={account.user};auth_pass={account.password};regint=60"
        self._identify(f"<sip:{account.user}@{account.registrar}>", options)
        outcome = self.wait_for_any((Kind.REGISTERED, Kind.REGISTER_FAILED, Kind.ENDED), 10.0)
        if outcome is None or outcome.kind is not Kind.REGISTERED:
            raise PhoneError(f"{account.user} could not register at {account.registrar}: {self._so_far()}.")

    def _identify(self, address: str, options: str) -> None:
        if self._identity:
            self._do("uadel", self._identity)  # baresip dials from its first user agent: there is only ever one
        answer_mode = "auto" if self._auto_answer else "manual"
        self._do("uanew", f"{address};{options};answermode={answer_mode};audio_codecs={','.join(self._codecs)}")
        self._identity = address.partition("<")[2].rstrip(">")

    def _do(self, command: str, parameters: str = "") -> None:
        try:
            self._baresip.command(command, parameters)
        except (BaresipError, OSError) as error:
            raise PhoneError(str(error)) from error

    def _write_source(self, path: Path) -> None:
        # baresip hangs up at the end of its source file, so the file is longer than the phone lives.
        spoken = read_wav(self._speaks) if self._speaks else silence(0)
        write_wav(path, np.concatenate([spoken, silence(max(0.0, self._max_seconds - len(spoken) / RATE) + 60)]))

    def _note(self, event: dict[str, object], now: float) -> None:
        kind = _KINDS.get(str(event["type"]))
        if kind is None:
            return
        detail = _REASONS.get(str(event.get("param", "")), str(event.get("param", "")))
        if kind is Kind.INCOMING:
            detail = f"{event.get('peerdisplayname', '')} <{event.get('peeruri', '')}>".strip()
        self._add(kind, now, detail)

    def _add(self, kind: Kind, now: float, detail: str) -> None:
        with self._changed:
            if self.zero is None and kind in (Kind.DIALLED, Kind.INCOMING, Kind.ANSWERED):
                self.zero = now
            at_s = 0.0 if self.zero is None else now - self.zero
            self._events.append(PhoneEvent(kind, at_s, detail))
            self._changed.notify_all()

    def _listen(self, now: float) -> None:
        if self.zero is not None:
            self._recording.take(now - self.zero)

    def _so_far(self) -> str:
        return ", ".join(f"{e.kind} {e.detail}".strip() for e in self._events) or "none"


def local_address(uri: str) -> str:
    """The address of this machine from which the host of a SIP URI is reached; PhoneError when it cannot be."""
    host = uri.removeprefix("sip:").rpartition("@")[2].partition(";")[0].partition(":")[0]
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((host, 5060))
            return str(probe.getsockname()[0])
    except OSError as error:
        raise PhoneError(f"{host} cannot be reached: {error.strerror or error}. Check the address dialled.") from error
