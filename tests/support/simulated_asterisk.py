"""Asterisk at the other end of a FastAGI connection, with a caller who answers questions."""

import re
import shutil
import socket
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

from scripted_asterisk import split_command

from agi.channel import Channel
from dialplan import names

HANG_UP = "hangs up"


class SimulatedAsterisk:
    """Asterisk and a caller, for one AGI session.

    `keys`: for the last prompt of a question, what the caller types each time it is played, or HANGS_UP; then nothing.
    `speaks`: what the caller says into each recording; after the last one they hang up, or before its end with `cut`.

    `heard`: every prompt, in order. `variables`: those of the channel.
    """

    def __init__(
        self,
        keys: Mapping[str, Iterable[str]],
        recordings: Iterable[Path] = (),
        *,
        hang_up_while_recording: bool = False,
    ) -> None:
        self._keys = {prompt: iter(typed) for prompt, typed in keys.items()}
        self._speaks, self._cut = iter(recordings), hang_up_while_recording
        self.heard: list[str] = []
        self.variables: dict[str, str] = {}
        self._ours, self._theirs = socket.socketpair()
        self._theirs.settimeout(30)
        self._files = [self._theirs.makefile("rb"), self._theirs.makefile("wb", buffering=0)]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def channel(self, *arguments: str, caller: str = "") -> Channel:
        """The channel of this call, from this number."""
        told = "".join(f"agi_arg_{number}: {argument}\n" for number, argument in enumerate(arguments, 1))
        self._ours.sendall(f"agi_language: fr\nagi_callerid: {caller}\n{told}\n".encode())
        self._thread.start()
        return Channel(*self._files)

    def close(self) -> None:
        self._theirs.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        for part in (*self._files, self._theirs, self._ours):
            part.close()

    def _serve(self) -> None:
        with self._ours.makefile("rb") as commands:
            for line in commands:
                said = self._does(*split_command(line.decode()))
                if said is None:
                    return self._ours.shutdown(socket.SHUT_RDWR)
                self._ours.sendall(said.encode() + b"\n")

    def _does(self, *command: str) -> str | None:
        """Asterisk's response; None if the caller hangs up."""
        match command:
            case "GOSUB", names.READ_KEYS, _, _, arguments:
                prompts = arguments.split(",")[0].split("&")
                self.heard += prompts
                typed = next(self._keys.get(prompts[-1], iter(())), None)
                if typed == HANG_UP:
                    return None
                self.variables |= {"READSTATUS": "TIMEOUT" if typed is None else "OK", names.PRESSED_KEY: typed or ""}
                return "200 result=0 Gosub complete"
            case "GOSUB", names.PLAY_PROMPT, _, _, prompt:
                self.heard.append(prompt)
                return "200 result=0 Gosub complete"
            case "GET", "FULL", "VARIABLE", expression:
                said = re.sub(r"\$\{(\w+)\}", lambda name: self.variables.get(name[1], ""), expression)
                return f"200 result=1 ({said})"
            case "SET", "VARIABLE", name, *value:
                self.variables[name] = "".join(value)
            case "EXEC", "MSet", told:
                self.variables |= dict(pair.split("=", 1) for pair in told.split(","))
            case "GOSUB", names.RECORD_MESSAGE, _, _, told:
                spoken = next(self._speaks, None)
                if spoken:
                    shutil.copy(spoken, told.split(",")[0])
                return None if self._cut or spoken is None else "200 result=0 Gosub complete"
        return "200 result=1"
