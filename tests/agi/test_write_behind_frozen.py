"""The write-behind queue while a PostgreSQL server is frozen, which carries out later what it was sent."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from postgres import TemporaryPostgresServer, find_programs
from sqlalchemy import event

from agi.pending_writes import CallbackCreated
from agi.write_behind import WriteBehindQueue
from records.call_events import IncomingCall
from records.database import postgresql
from records.database.engine import open_database
from records.database.migrate import upgrade
from records.requests import requests

NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)
CALLBACK = CallbackCreated(
    IncomingCall("1763757623.12", NOON, "+33199000000", None, "+33639980001", False, "fr", 1), NOON, None, None
)


@pytest.fixture
def frozen_server() -> Iterator[TemporaryPostgresServer]:
    server = TemporaryPostgresServer()
    server.start()
    upgrade(server.create_database("standardiste"))
    yield server
    server.remove()


@pytest.mark.long
@pytest.mark.skipif(find_programs() is None, reason="PostgreSQL is not installed")
def test_a_callback_whose_commit_a_frozen_server_was_sent_is_kept_once(
    frozen_server: TemporaryPostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller is told that it is kept: the spool has it, and then the server commits it as well."""
    monkeypatch.setitem(postgresql.OPTIONS["connect_args"], "connect_timeout", 2)
    with closing(open_database(frozen_server.url("standardiste"))) as database, ExitStack() as frozen:
        first_commit = [frozen_server.frozen()]

        def freeze(_: object) -> None:
            if first_commit:
                frozen.enter_context(first_commit.pop())

        with database.read():  # a connection is in the pool
            pass
        with closing(WriteBehindQueue(database, tmp_path / "journal")) as write_queue:
            event.listen(database._engine, "commit", freeze)
            asked_for_patience: list[None] = []
            assert write_queue.write_and_wait(CALLBACK, lambda: asked_for_patience.append(None)) is True
            assert asked_for_patience
            frozen.close()
        assert len(requests.list_open_requests(database)) == 1
