"""Whether calls would be answered by our code."""

import socket
from collections.abc import Iterable

from dialplan import names
from records.verdict import Check

ANSWER_MAX_S = 1.5


def checks(port: int) -> Iterable[Check]:
    """Asks the running FastAGI server for a sign of life, as Asterisk would ask it for a call."""
    try:
        with socket.create_connection(("127.0.0.1", port), ANSWER_MAX_S) as connection:
            connection.sendall(f"agi_network_script: {names.AGI_HEALTH}\n\n".encode())
            alive = connection.recv(100).startswith(b"NOOP")
    except OSError:
        alive = False
    if alive:
        yield Check("calls", True, "Our code answers Asterisk.", sentence_fr="Notre programme répond à Asterisk.")
    else:
        yield Check(
            "calls",
            False,
            f"Nothing answers on port {port}: callers hear an apology, then staff are rung.",
            "Start the server (script/server), or read the log of `calls`.",
            f"Rien ne répond sur le port {port} : les appelants entendent une excuse, puis l'équipe est appelée.",
            "Démarrez le serveur (script/server), ou lisez le journal de `calls`.",
        )
