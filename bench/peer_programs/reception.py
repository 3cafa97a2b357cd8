"""What every peer shares: its arguments, what it plays, and its database of cards and calls.

`PROGRAM PORT DATABASE PROMPTS MESSAGE FIRST_KEY_S`: the prompts of greeting and menu are joined with &.
"""

import sqlite3
import sys
import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class Reception:
    """`port`: where the program listens, or where Asterisk does."""

    port: int
    database: str
    prompts: str
    message: str
    first_key_s: float

    @classmethod
    def from_arguments(cls) -> "Reception":
        port, database, prompts, message, first_key_s = sys.argv[1:]
        return cls(int(port), database, prompts, message, float(first_key_s))


class Calls:
    """Looks up the card of a caller, makes it where there is none, and notes the call; a connection for each thread."""

    def __init__(self, file: str) -> None:
        self._file, self._of_thread = file, threading.local()

    def note(self, ref: str, line: str) -> None:
        if not hasattr(self._of_thread, "connection"):
            self._of_thread.connection = sqlite3.connect(self._file, timeout=5)
            self._of_thread.connection.execute("PRAGMA synchronous = NORMAL")
        with self._of_thread.connection as connection:
            if connection.execute("SELECT id FROM card WHERE line = ?", (line,)).fetchone() is None:
                connection.execute("INSERT INTO card (line) VALUES (?)", (line,))
            connection.execute("INSERT INTO call (ref, line) VALUES (?, ?)", (ref, line))
