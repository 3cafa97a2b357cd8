"""A telephone whose SIP and RTP packets a test decides: headers, SDP, keys in each form, silence, and sudden death.

baresip (caller/) is a telephone like others; this one does what others should not. One call at a time, over UDP.
"""

import itertools
import re
import secrets
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from caller.pcm import SAMPLE_RATE, Samples
from caller.prompt_recognizer import PromptRecognizer

PACKET = 160  # samples: 20 ms
SILENCE = b"\xd5" * PACKET  # A-law
PCMA, TELEPHONE_EVENT = 8, 101
KEYS = "0123456789*#"
_ROWS, _COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477)
_PAD = ("123", "456", "789", "*0#")
KEY_S = 0.12  # for how long a key is held
BETWEEN_KEYS_S = 0.15


class ScriptedPhone:
    """Calls the server at `port` of 127.0.0.1 from `address`. `offers_events`: RFC 4733 is offered in its SDP.

    `sends_voice`: it sends packets of silence, as most telephones do; otherwise none. `is_dead`: it answers nothing any
    more, and sends nothing.
    """

    def __init__(
        self, port: int, *, address: str = "127.0.0.1", offers_events: bool = True, sends_voice: bool = True
    ) -> None:
        self._server = ("127.0.0.1", port)
        self.address, self.offers_events, self.sends_voice, self.is_dead = address, offers_events, sends_voice, False
        self._sip, self._rtp = self._bind(), self._bind()
        self._call_id, self._tag = secrets.token_hex(8), secrets.token_hex(4)
        self._cseq = itertools.count(1)
        self._request_uri, self._from, self._to, self._target = "", "", "", ""
        self.status: int | None = None
        self.answered_at: float | None = None
        self.ended_at: float | None = None
        self.refreshes: list[float] = []
        self.server_rtp: tuple[str, int] | None = None
        self._received: list[tuple[float, bytes]] = []
        self._outgoing: list[bytes] = []
        self._sequence, self._timestamp, self._ssrc = 1, 0, secrets.randbits(32)
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._serve_sip, self._serve_rtp)]

    def __enter__(self) -> "ScriptedPhone":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.answered_at and not self.ended_at and not self.is_dead:
            self.hang_up()
        self._closing.set()
        for thread in self._threads:
            thread.join()
        self._sip.close()
        self._rtp.close()

    # --- what the test decides ----------------------------------------------

    def dial(self, user: str, *, caller: str = "sip:0639980001@127.0.0.1", headers: tuple[str, ...] = ()) -> None:
        """Sends INVITE sip:`user`@..., with these headers besides the usual ones; a `user` with "tel:" is the URI."""
        self._request_uri = user if user.startswith("tel:") else f"sip:{user}@127.0.0.1:{self._server[1]}"
        self._from, self._to = f"<{caller}>;tag={self._tag}", f"<{self._request_uri}>"
        self._send("INVITE", self._request_uri, *headers, body=self._sdp())

    def wait_for_answer(self, timeout: float = 10) -> int:
        """The final status of the INVITE."""
        self._wait(lambda: self.status is not None, timeout, "no final response to the INVITE")
        assert self.status is not None
        return self.status

    def wait_for_end(self, timeout: float) -> float:
        """Seconds from the answer until the server ended the call."""
        self._wait(lambda: self.ended_at is not None, timeout, "the call goes on")
        assert self.ended_at and self.answered_at
        return self.ended_at - self.answered_at

    def press(self, key: str, *, event: bool = False, info: bool = False, tones: bool = False) -> None:
        """Holds a key: as RFC 4733 events, by INFO (application/dtmf-relay) when it is pressed, as tones in-band."""
        if info:
            body = f"Signal={key}\r\nDuration={int(KEY_S * 1000)}\r\n"
            self._send("INFO", self._target, body=body, content="application/dtmf-relay")
        if event:
            self._send_event(key)
        if tones:
            with self._changed:
                self._outgoing += _packets(key_tones(key, KEY_S))
        time.sleep(KEY_S if tones or not event else 0)

    def wait_for_prompt(self, key: str, recognizer: PromptRecognizer, *, count: int = 1, timeout: float = 30) -> None:
        """Returns while the prompt plays, or has just ended, for the `count`th time."""
        deadline = time.monotonic() + timeout
        while [getattr(sound, "key", "") for sound in recognizer.recognize(self.heard())].count(key) < count:
            assert time.monotonic() < deadline, f"{key} was not heard"
            time.sleep(0.1)

    def press_after(self, key: str, keys: str, recognizer: PromptRecognizer, **forms: bool) -> None:
        """Presses the keys, as people type a number, once this prompt is heard."""
        self.wait_for_prompt(key, recognizer)
        for pressed in keys:
            self.press(pressed, **forms)
            time.sleep(BETWEEN_KEYS_S)

    def speak(self, samples: Samples) -> None:
        """Sends this sound, and returns at its end."""
        with self._changed:
            self._outgoing += _packets(samples)
        time.sleep(len(samples) / SAMPLE_RATE)

    def hang_up(self) -> None:
        """Sends BYE."""
        self.ended_at = time.monotonic()
        self._send("BYE", self._target)

    def heard(self) -> Samples:
        """What was received since the answer, each packet at the time of its arrival."""
        began = self.answered_at or 0.0
        with self._changed:
            received = [(at - began, payload) for at, payload in self._received]
        end = max((at for at, _ in received), default=0.0)
        samples = np.zeros(int((end + 0.1) * SAMPLE_RATE), np.int16)
        place = 0
        for at, payload in received:
            now = int(at * SAMPLE_RATE)
            place = now if now - place > SAMPLE_RATE // 10 else place
            piece = decode_alaw(payload)[: max(0, len(samples) - place)]
            samples[place : place + len(piece)] = piece
            place += len(piece)
        return samples

    # --- SIP ----------------------------------------------------------------

    def _bind(self) -> socket.socket:
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        bound.bind((self.address, 0))
        return bound

    @property
    def rtp_port(self) -> int:
        return int(self._rtp.getsockname()[1])

    def _sdp(self) -> str:
        formats = f"{PCMA} {TELEPHONE_EVENT}" if self.offers_events else str(PCMA)
        events = f"a=rtpmap:{TELEPHONE_EVENT} telephone-event/8000\r\na=fmtp:{TELEPHONE_EVENT} 0-15\r\n"
        return (
            f"v=0\r\no=- 1 1 IN IP4 {self.address}\r\ns=-\r\nc=IN IP4 {self.address}\r\nt=0 0\r\n"
            f"m=audio {self.rtp_port} RTP/AVP {formats}\r\na=rtpmap:{PCMA} PCMA/8000\r\n"
            + (events if self.offers_events else "")
        )

    def _send(self, method: str, uri: str, *headers: str, body: str = "", content: str = "application/sdp") -> None:
        number = 1 if method == "ACK" else next(self._cseq)
        here = "{}:{}".format(*self._sip.getsockname())
        lines = [f"{method} {uri} SIP/2.0", f"Via: SIP/2.0/UDP {here};rport;branch=z9hG4bK{secrets.token_hex(6)}"]
        lines += [f"From: {self._from}", f"To: {self._to}", f"Call-ID: {self._call_id}", f"CSeq: {number} {method}"]
        lines += [f"Contact: <sip:test@{here}>", "Max-Forwards: 70", *headers]
        lines += [f"Content-Type: {content}"] if body else []
        self._sip.sendto(_message(lines, body), self._server)

    def _serve_sip(self) -> None:
        while not self._closing.is_set():
            if not select.select([self._sip], [], [], 0.05)[0]:
                continue
            text = self._sip.recv(8192).decode()
            if self.is_dead:
                continue
            with self._changed:
                if text.startswith("SIP/2.0"):
                    self._take_response(text)
                else:
                    self._answer_request(text)
                self._changed.notify_all()

    def _take_response(self, text: str) -> None:
        status, method = int(text[8:11]), _header("CSeq", text).split()[1]
        if method != "INVITE" or status < 200:
            return
        self._to = _header("To", text)
        contact = re.search(r"<([^>]+)>", _header("Contact", text)) if status < 300 else None
        self._target = contact[1] if contact else self._request_uri
        self._send("ACK", self._target)
        if self.status is None:
            self.status = status
            if status < 300:
                self.answered_at = time.monotonic()
                self._learn_rtp(text)

    def _learn_rtp(self, text: str) -> None:
        address, port = re.search(r"c=IN IP4 (\S+)", text), re.search(r"m=audio (\d+)", text)
        assert address and port
        self.server_rtp = (address[1], int(port[1]))

    def _answer_request(self, text: str) -> None:
        method = text.split()[0]
        if method == "ACK":
            return
        body = ""
        if method in ("INVITE", "UPDATE"):
            self.refreshes.append(time.monotonic())
            body = self._sdp() if method == "INVITE" or "m=audio" in text else ""
        elif method == "BYE":
            self.ended_at = self.ended_at or time.monotonic()
        vias = re.findall(r"(?mi)^Via:.*$", text.replace("\r", ""))
        lines = ["SIP/2.0 200 OK", *vias, *(f"{name}: {_header(name, text)}" for name in ("From", "To", "Call-ID"))]
        lines += [f"CSeq: {_header('CSeq', text)}", "Contact: <sip:test@{}:{}>".format(*self._sip.getsockname())]
        lines += ["Content-Type: application/sdp"] if body else []
        self._sip.sendto(_message(lines, body), self._server)

    def _wait(self, found: Callable[[], bool], timeout: float, otherwise: str) -> None:
        with self._changed:
            assert self._changed.wait_for(found, timeout), otherwise

    # --- RTP ----------------------------------------------------------------

    def _serve_rtp(self) -> None:
        due = time.monotonic()
        while not self._closing.is_set():
            if select.select([self._rtp], [], [], max(0.0, due - time.monotonic()))[0]:
                packet = self._rtp.recv(2048)
                with self._changed:
                    if len(packet) > 12 and packet[1] & 0x7F == PCMA:
                        self._received.append((time.monotonic(), packet[12:]))
            if time.monotonic() >= due:
                due += PACKET / SAMPLE_RATE
                with self._changed:
                    payload = self._outgoing.pop(0) if self._outgoing else SILENCE if self.sends_voice else b""
                    if payload and self.server_rtp and not self.is_dead:
                        self._send_rtp(PCMA, payload, self._timestamp)
                    self._timestamp += PACKET

    def _send_rtp(self, payload_type: int, payload: bytes, timestamp: int) -> None:
        assert self.server_rtp
        head = struct.pack("!BBHII", 0x80, payload_type, self._sequence & 0xFFFF, timestamp & 0xFFFFFFFF, self._ssrc)
        self._rtp.sendto(head + payload, self.server_rtp)
        self._sequence += 1

    def _send_event(self, key: str) -> None:
        with self._changed:
            began = self._timestamp
        steps = int(KEY_S * SAMPLE_RATE) // PACKET
        for step in range(1, steps + 4):  # the end is sent three times (RFC 4733 §2.5.1.4)
            ended = step > steps
            payload = struct.pack("!BBH", KEYS.index(key), 0x80 | 10 if ended else 10, min(step, steps) * PACKET)
            with self._changed:
                self._send_rtp(TELEPHONE_EVENT, payload, began)
            time.sleep(0 if ended else PACKET / SAMPLE_RATE)


class RtpSprayer:
    """A stranger at `address` who sends a sound to each of these ports of ours while it is entered.

    Its packets are in sequence for each port, as those of a telephone are.
    """

    def __init__(self, ports: Iterable[int], sound: Samples, address: str = "127.0.0.9") -> None:
        self._ports, self._packets = tuple(ports), _packets(sound)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self._socket.setblocking(False)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._spray, daemon=True)
        self.received_packets = 0

    def __enter__(self) -> "RtpSprayer":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._closing.set()
        self._thread.join()
        self._socket.close()

    def _spray(self) -> None:
        for number in itertools.count():
            head = struct.pack("!BBHII", 0x80, PCMA, number & 0xFFFF, number * PACKET & 0xFFFFFFFF, 0x5715)
            for port in self._ports:
                with suppress(OSError):  # a port that is closed
                    self._socket.sendto(head + self._packets[number % len(self._packets)], ("127.0.0.1", port))
            with suppress(OSError):
                while self._socket.recv(2048):
                    self.received_packets += 1
            if self._closing.wait(PACKET / SAMPLE_RATE):
                return


def key_tones(key: str, seconds: float) -> Samples:
    """The two tones of a key (ITU-T Q.23), followed by a pause of the same length."""
    row = next(index for index, keys in enumerate(_PAD) if key in keys)
    pair = _ROWS[row], _COLUMNS[_PAD[row].index(key)]
    moments = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    waves = sum(np.sin(2 * np.pi * hertz * moments) for hertz in pair)
    return np.concatenate([waves * 6000, np.zeros(len(moments))]).astype(np.int16)


def decode_alaw(payload: bytes) -> Samples:
    """The samples of G.711 A-law."""
    return _ALAW[np.frombuffer(payload, np.uint8)]


def encode_alaw(samples: Samples) -> bytes:
    """The samples as G.711 A-law."""
    places = np.searchsorted(_SORTED_LEVELS, samples).clip(0, len(_SORTED_LEVELS) - 1)
    return _SORTED_CODES[places].astype(np.uint8).tobytes()


def _packets(samples: Samples) -> list[bytes]:
    encoded = encode_alaw(samples)
    return [encoded[i : i + PACKET].ljust(PACKET, b"\xd5") for i in range(0, len(encoded), PACKET)]


def _alaw_table() -> NDArray[np.int16]:
    codes = np.arange(256) ^ 0x55
    segments, mantissas = (codes >> 4) & 7, (codes & 15) << 4
    levels = np.where(segments == 0, mantissas + 8, (mantissas + 0x108) << np.maximum(segments - 1, 0))
    return np.where(codes & 0x80, levels, -levels).astype(np.int16)


_ALAW = _alaw_table()
_SORTED_CODES = np.argsort(_ALAW)
_SORTED_LEVELS = _ALAW[_SORTED_CODES]


def _message(lines: list[str], body: str = "") -> bytes:
    return ("\r\n".join([*lines, f"Content-Length: {len(body)}"]) + "\r\n\r\n" + body).encode()


def _header(name: str, text: str) -> str:
    found = re.search(rf"(?mi)^{name}:\s*(.*?)\s*$", text.replace("\r", ""))
    return found[1] if found else ""
