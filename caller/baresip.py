"""One baresip process (a SIP and RTP telephone without a user interface) and its control channel.

baresip takes commands and sends events over TCP (module ctrl_tcp: JSON in netstrings). The kernel chooses every port,
so that any number of processes run side by side.
"""

from __future__ import annotations

import json
import os
import re
import selectors
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

_MODULES = Path("/usr/lib/baresip/modules")
_START_SECONDS = 10.0
_TICK_SECONDS = 0.02  # one RTP packet: the interval at which the audio that arrives is read

_CONFIG = """\
poll_method epoll
sip_listen {address}:0
net_interface {address}
rtp_ports 30000-32700
call_local_timeout 120
call_max_calls 1
# No jitter buffer: the sound is written as it arrives.
jitter_buffer_delay 0-0
audio_source aufile,{source}
audio_player none,
audio_alert none,
ausrc_srate 8000
ausrc_channels 1
auplay_channels 1
module_path {modules}
module g711.so
module sndfile.so
module aufile.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:0
statmode_default off
snd_path {heard}
"""


class BaresipError(Exception):
    """baresip is missing, did not start, died, or refused a command."""


def find_baresip() -> str:
    """The path of baresip. Raises BaresipError if it is not installed; its text says how to install it."""
    program = shutil.which("baresip")
    if program is None:
        raise BaresipError("baresip, which places the calls, is not installed: run `apt-get install baresip-core`.")
    return program


class Baresip:
    """A running baresip, controlled by `command`.

    `on_event(event, monotonic seconds)` receives its events, `on_tick(monotonic seconds)` runs every 20 ms, both in the
    one thread of this object. `source` is the WAV that is sent into every call. baresip writes what it receives into
    `received_folder`, one WAV for each stream.
    """

    def __init__(
        self,
        folder: Path,
        *,
        address: str,
        source: Path,
        max_seconds: float,
        on_event: Callable[[dict[str, object], float], None],
        on_tick: Callable[[float], None],
    ) -> None:
        self.received_folder = folder / "heard"
        self.received_folder.mkdir()
        config = _CONFIG.format(address=address, source=source, heard=self.received_folder, modules=_MODULES)
        (folder / "config").write_text(config)
        self._on_event, self._on_tick = on_event, on_tick
        self._answers: dict[str, dict[str, object]] = {}
        self._changed = threading.Condition()
        self._command_count = 0
        self._ended = False
        # -t: baresip ends by itself, even if this program is killed.
        self._process = subprocess.Popen(
            [find_baresip(), "-f", str(folder), "-t", str(int(max_seconds) + 30)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            self._wait_until_ready()
            self.sip_port = _ports(self._process.pid, "udp", address)[-1]
            # ctrl_tcp is the last module loaded, so its socket is the newest of those that listen.
            control_port = _ports(self._process.pid, "tcp", "127.0.0.1")[-1]
            self._control = socket.create_connection(("127.0.0.1", control_port), 5)
        except BaseException:
            self._end_process()
            assert self._process.stdout is not None
            self._process.stdout.close()
            raise
        self._thread = threading.Thread(target=self._follow, name="baresip", daemon=True)
        self._thread.start()

    def command(self, name: str, parameters: str = "", timeout: float = 5.0) -> str:
        """Runs one of baresip's menu commands and returns its output. Raises BaresipError, also without an answer."""
        with self._changed:
            self._command_count += 1
            token = str(self._command_count)
            message = json.dumps({"command": name, "params": parameters, "token": token}).encode()
            self._control.sendall(b"%d:%s," % (len(message), message))
            if not self._changed.wait_for(lambda: token in self._answers or self._ended, timeout) or self._ended:
                raise BaresipError(f"baresip did not answer the command {name}: it is dead or frozen.")
            answer = self._answers.pop(token)
        if not answer["ok"]:
            raise BaresipError(f"baresip refused the command {name}: {str(answer['data']).strip()}")
        return str(answer["data"])

    def close(self) -> None:
        """Ends the process, by SIGTERM and then by SIGKILL; takes at most 4 s."""
        self._end_process()
        self._thread.join(timeout=2)
        self._control.close()

    def _end_process(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=2)

    def _wait_until_ready(self) -> None:
        assert self._process.stdout is not None
        deadline = threading.Timer(_START_SECONDS, self._process.kill)
        deadline.start()
        output: list[str] = []
        try:
            for line in self._process.stdout:
                output.append(line.decode(errors="replace").strip())
                if "baresip is ready" in output[-1]:
                    return
        finally:
            deadline.cancel()
        raise BaresipError("baresip did not start: " + " / ".join(output[-3:]))

    def _follow(self) -> None:
        output = self._process.stdout
        assert output is not None
        received = b""
        with selectors.DefaultSelector() as selector, output:
            selector.register(self._control, selectors.EVENT_READ)
            selector.register(output, selectors.EVENT_READ)
            next_tick = time.monotonic()
            while not self._ended:
                ready = {key.fileobj for key, _ in selector.select(max(0.0, next_tick - time.monotonic()))}
                now = time.monotonic()
                if now >= next_tick:
                    self._on_tick(now)
                    next_tick = now + _TICK_SECONDS
                if output in ready:
                    os.read(output.fileno(), 65536)  # its log is read so that it never blocks on a full pipe
                if self._control in ready:
                    received = self._receive(received, now)
        self._on_tick(time.monotonic())

    def _receive(self, received: bytes, now: float) -> bytes:
        try:
            chunk = self._control.recv(65536)
            # Else an acknowledgement may wait 40 ms, and baresip's next event waits for it (Nagle).
            self._control.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        except ConnectionError:
            chunk = b""
        if not chunk:
            with self._changed:
                self._ended = True
                self._changed.notify_all()
            self._on_event({"type": "ENDED"}, now)
            return b""
        messages, rest = _netstrings(received + chunk)
        for message in messages:
            if "event" in message:
                self._on_event(message, now)
            elif message.get("token"):
                with self._changed:
                    self._answers[str(message["token"])] = message
                    self._changed.notify_all()
        return rest


def _netstrings(data: bytes) -> tuple[list[dict[str, object]], bytes]:
    messages = []
    while (head := data.partition(b":"))[1] and len(head[2]) > int(head[0]):
        length = int(head[0])
        messages.append(json.loads(head[2][:length].decode(errors="replace")))
        data = head[2][length + 1 :]
    return messages, data


def _ports(pid: int, protocol: str, address: str) -> list[int]:
    """The ports on `address` on which the process listens, oldest socket first (proc(5): /proc/net/tcp, udp)."""
    sockets = {}
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        if match := re.fullmatch(r"socket:\[(\d+)\]", os.readlink(entry)):
            sockets[match[1]] = int(entry.name)
    wanted = socket.inet_aton(address)[::-1].hex().upper()
    listening = {"tcp": "0A", "udp": "07"}[protocol]
    found = []
    for line in Path(f"/proc/{pid}/net/{protocol}").read_text().splitlines()[1:]:
        columns = line.split()
        host, port = columns[1].split(":")
        if columns[9] in sockets and host == wanted and columns[3] == listening:
            found.append((sockets[columns[9]], int(port, 16)))
    if not found:
        raise BaresipError(f"baresip does not listen on {address}: is that an address of this machine?")
    return [port for _, port in sorted(found)]
