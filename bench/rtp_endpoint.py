"""Receives the voice packets of one call and sends keys: RTP (RFC 3550), A-law (G.711), events (RFC 4733)."""

import socket
import struct
import time
from functools import cache

import numpy as np
from numpy.typing import NDArray

RATE, PACKET = 8000, 160
A_LAW, EVENT = 8, 101
SOURCE = 4711  # our SSRC
_HEADER = struct.Struct("!BBHII")
_PACKET_S = PACKET / RATE
_LOUD, _PURE = 0.02, 0.8


def is_tone(payload: bytes, hz: int) -> bool:
    """Whether these 20 ms of A-law are loud, and nothing but this tone."""
    wave = a_law_table()[np.frombuffer(payload, np.uint8)]
    energy = float(np.square(wave).mean())
    if energy < _LOUD**2 or len(wave) != PACKET:
        return False
    turning = np.exp(-2j * np.pi * hz * np.arange(PACKET) / RATE)
    return 2 * abs(np.mean(wave * turning)) ** 2 / energy > _PURE


def dtmf_packets(key: str, first: int, stamp: int, source: int) -> list[bytes]:
    """A key of 100 ms: an update each 20 ms, the end three times. `first` is the sequence number of the first."""
    code = "0123456789*#".index(key)
    packets = []
    for number in range(7):
        held, ended = min(number + 1, 5), number >= 4
        header = _HEADER.pack(0x80, EVENT | (0x80 if number == 0 else 0), first + number, stamp, source)
        packets.append(header + struct.pack("!BBH", code, (0x80 if ended else 0) | 10, held * PACKET))
    return packets


class RtpEndpoint:
    """A socket at `port` for the voice of one call at a time."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", port))
        self._from: tuple[str, int] | None = None
        self._number = 0

    def drain(self) -> None:
        """Discards packets of an earlier call."""
        self._socket.setblocking(False)
        try:
            while True:
                self._socket.recv(2048)
        except BlockingIOError:
            self._from = None

    def send_silence(self, port: int) -> None:
        """Sends a packet of silence, as telephones do at once: Asterisk waits for it up to 500 ms when it answers."""
        header = _HEADER.pack(0x80, A_LAW, self._number, self._number * PACKET, SOURCE)
        self._socket.sendto(header + b"\xd5" * PACKET, ("127.0.0.1", port))
        self._number = (self._number + 1) % 60_000

    def wait_for_voice(self, tone_hz: int | None = None, timeout_s: float = 5.0) -> float:
        """The time (monotonic) of the next voice packet, or of the next with this tone. Raises TimeoutError."""
        ends = time.monotonic() + timeout_s
        while (left := ends - time.monotonic()) > 0:
            self._socket.settimeout(left)
            packet, self._from = self._socket.recvfrom(2048)
            arrived = time.monotonic()
            voice = len(packet) == _HEADER.size + PACKET and packet[1] & 0x7F == A_LAW
            if voice and (tone_hz is None or is_tone(packet[_HEADER.size :], tone_hz)):
                return arrived
        raise TimeoutError("no such packet arrived")

    def send_key(self, key: str) -> float:
        """Presses a key for 100 ms; returns the time (monotonic) at which its end was sent."""
        assert self._from, "no packet of the other side has arrived"
        *held, end, again, once_more = dtmf_packets(key, self._number, self._number * PACKET, SOURCE)
        self._number = (self._number + 7) % 60_000
        for packet in held:
            self._socket.sendto(packet, self._from)
            time.sleep(_PACKET_S)
        released = time.monotonic()
        for packet in (end, again, once_more):
            self._socket.sendto(packet, self._from)
        return released

    def close(self) -> None:
        self._socket.close()


@cache
def a_law_table() -> NDArray[np.float64]:
    """The 256 values (G.711, table 1), full scale 1."""
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    segment, step = (code >> 4) & 7, (code & 15).astype(np.int64)
    size = np.where(segment == 0, 2 * step + 1, (2 * step + 33) << np.maximum(segment.astype(np.int64) - 1, 0))
    return np.where(code & 0x80, size, -size) / 4096.0
