"""Asterisk at the other end of a FastAGI connection, with responses from a script."""

import re
import socket

from agi.channel import Channel

# How Asterisk reads a command (res_agi.c, parse_args): words, or quoted words in which \ keeps the next character.
_WORD = re.compile(r'"((?:\\.|[^"\\])*)"|(\S+)', re.DOTALL)


class ScriptedAsterisk:
    """Answers are sent in advance, commands are read afterwards; both ends are real sockets."""

    def __init__(self) -> None:
        self._socket, self._theirs = socket.socketpair()
        for end in (self._socket, self._theirs):
            end.settimeout(5)
        self._files = [self._theirs.makefile("rb"), self._theirs.makefile("wb", buffering=0)]

    def open(self, environment: bytes = b"agi_network_script: reception\n\n") -> Channel:
        """The channel of a call that comes with this environment."""
        self.send(environment)
        return self.channel()

    def channel(self) -> Channel:
        """The channel of a call with what was sent up to now."""
        return Channel(*self._files)

    def send(self, text: bytes) -> None:
        self._socket.sendall(text)

    def end_output(self) -> None:
        """Asterisk sends no more: it crashed, or closed the connection."""
        self._socket.shutdown(socket.SHUT_WR)

    def disconnect(self) -> None:
        """Asterisk was killed."""
        self._socket.close()

    def received(self) -> bytes:
        """Everything that was sent up to now."""
        self._socket.setblocking(False)
        try:
            return self._socket.recv(1_000_000)
        except BlockingIOError:
            return b""

    def commands(self) -> list[list[str]]:
        """The commands that were sent, as Asterisk parses them: each a list of words."""
        return [split_command(line) for line in self.received().decode().split("\n")[:-1]]

    def close(self) -> None:
        for part in (*self._files, self._theirs, self._socket):
            part.close()


def split_command(command: str) -> list[str]:
    """A command as Asterisk parses it."""
    return [bare or re.sub(r"\\(.)", r"\1", quoted) for quoted, bare in _WORD.findall(command)]
