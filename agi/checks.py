"""Checks whether the FastAGI server answers."""

import socket
from collections.abc import Iterable

from agi.peer import PeerLookup
from dialplan import names
from records.check_result import CheckResult
from translations.message import translatable

ANSWER_MAX_S = 1.5


def check_fastagi_server(port: int) -> Iterable[CheckResult]:
    """Sends the running FastAGI server a health request, as Asterisk sends it the request of a call."""
    try:
        with socket.create_connection(("127.0.0.1", port), ANSWER_MAX_S) as connection:
            connection.sendall(f"agi_network_script: {names.AGI_HEALTH}\n\n".encode())
            answer = connection.recv(100)
    except ConnectionResetError:
        answer = b""
    except OSError:
        answer = None
    if answer is not None and answer.startswith(b"NOOP"):
        yield CheckResult("calls", True, translatable("Our code answers Asterisk."))
    elif answer == b"":
        yield CheckResult(
            "calls",
            False,
            translatable(
                "Our code closes connections at once: it serves as many calls as it may, or doctor has another user."
            ),
            translatable("Run doctor as the user of the server; if it says the same, raise agi_threads and restart."),
        )
    else:
        yield CheckResult(
            "calls",
            False,
            translatable("Nothing answers on port %(port)s: callers hear an apology, then staff are rung.", port=port),
            translatable("Start the server (script/server), or read the log of `calls`."),
        )


def check_peer_lookup() -> Iterable[CheckResult]:
    """Whether this machine says whose a local connection is. A check that passes is not reported."""
    lookup = PeerLookup()
    if not lookup.works():
        yield CheckResult(
            "calls: peers",
            False,
            translatable("This machine does not say whose a local connection is: any user of it can act as Asterisk."),
            translatable("Allow netlink sockets (AF_NETLINK), or mount /proc, for the part `calls`."),
        )
    lookup.close()
