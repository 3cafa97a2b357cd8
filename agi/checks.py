"""Checks whether the FastAGI server answers."""

import socket
from collections.abc import Iterable

from dialplan import names
from records.check_result import CheckResult
from translations.message import translatable

ANSWER_MAX_S = 1.5


def check_fastagi_server(port: int) -> Iterable[CheckResult]:
    """Sends the running FastAGI server a health request, as Asterisk sends it the request of a call."""
    try:
        with socket.create_connection(("127.0.0.1", port), ANSWER_MAX_S) as connection:
            connection.sendall(f"agi_network_script: {names.AGI_HEALTH}\n\n".encode())
            alive = connection.recv(100).startswith(b"NOOP")
    except OSError:
        alive = False
    if alive:
        yield CheckResult("calls", True, translatable("Our code answers Asterisk."))
    else:
        yield CheckResult(
            "calls",
            False,
            translatable("Nothing answers on port %(port)s: callers hear an apology, then staff are rung.", port=port),
            translatable("Start the server (script/server), or read the log of `calls`."),
        )
