"""A connection to PostgreSQL that is given up when the server is frozen: such a server neither answers nor hangs up."""

import time
from collections.abc import Generator
from typing import Any, Self

import psycopg
from psycopg.abc import PQGen

SILENCE_S = 5.0
"""After so long a silence the server is asked through a new connection whether it still serves anybody."""
IDLE_SILENCE_S = 3.0
"""The same outside a transaction, where no statement takes long."""


class AnsweringConnection(psycopg.Connection[Any]):
    """As psycopg's, but nobody waits for a server that is frozen."""

    longest_silence_s: float | None = IDLE_SILENCE_S
    """After it the connection is given up; None: never while the server answers others, for a purge takes its time."""
    _parameters: dict[str, Any]

    @classmethod
    def open(cls, parameters: dict[str, Any]) -> Self:
        """Connects. Raises psycopg.OperationalError."""
        connection = cls.connect(**parameters)
        connection._parameters = parameters
        return connection

    def wait(self, gen: PQGen[Any], *args: Any, **options: Any) -> Any:
        """As psycopg's. Raises OperationalError, with the connection closed, when the server has been silent too long.

        A server that goes on later still carries out what it was sent, a COMMIT too.
        """
        return super().wait(self._while_answered(gen), *args, **options)

    def _while_answered(self, gen: PQGen[Any]) -> Generator[Any, Any, Any]:
        ready: Any = None
        heard_at = time.monotonic()
        while True:
            try:
                wanted = gen.send(ready)
            except StopIteration as end:
                return end.value
            ready = yield wanted  # every tenth of a second, though nothing has come
            if ready:
                heard_at = time.monotonic()
            elif time.monotonic() - heard_at > (self.longest_silence_s or SILENCE_S):
                if self.longest_silence_s is not None or not serves_somebody(self._parameters):
                    self.pgconn.finish()
                    raise psycopg.OperationalError("the server does not answer")
                heard_at = time.monotonic()


def serves_somebody(parameters: dict[str, Any]) -> bool:
    """Whether the server at these parameters of psycopg's `connect` answers a new connection."""
    try:
        psycopg.connect(**parameters).close()
    except psycopg.errors.ConnectionTimeout:
        return False
    except psycopg.OperationalError:
        pass  # a refusal is an answer
    return True
