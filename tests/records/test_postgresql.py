"""A server that goes away and comes back, as our processes meet it."""

import getpass
import time
from collections.abc import Iterator
from datetime import datetime

import pytest
from postgres import Postgres
from sqlalchemy import insert, select, text

from records import postgresql
from records.base import Base, open_base
from records.checks import checks
from records.errors import BaseUnavailable
from records.migrate import upgrade
from records.schema import Line

pytestmark = pytest.mark.engine("postgresql")


@pytest.fixture(scope="module")
def own_server() -> Iterator[Postgres]:
    server = Postgres()
    server.start()
    upgrade(server.make("standardiste"))
    yield server
    server.remove()


@pytest.fixture
def base(own_server: Postgres, engine: str) -> Iterator[Base]:
    base = open_base(own_server.url("standardiste"))
    with base.write() as connection:
        connection.execute(text("DELETE FROM line"))
    yield base
    base.close()


def test_a_base_that_cannot_hold_every_name_is_said(own_server: Postgres) -> None:
    with own_server.connect() as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    base = open_base(own_server.url("latin"))
    told = {check.name: check.sentence for check in checks(base) if not check.ok}
    base.close()
    assert told["base: server"] == "The base keeps its text in LATIN1, which cannot hold every name."


def test_a_server_that_is_too_old_is_said(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "OLDEST", 99)
    told = {check.name: check.sentence for check in checks(base) if not check.ok}
    assert "and 99 is the oldest that serves" in told["base: server"]


def lines(base: Base) -> list[str]:
    with base.read() as connection:
        return list(connection.execute(select(Line.e164).order_by(Line.id)).scalars())


def add(base: Base, line: str, at: datetime) -> None:
    with base.write() as connection:
        connection.execute(insert(Line).values(e164=line, created_at=at))


@pytest.mark.parametrize("how", ["INT", "QUIT"], ids=["stopped", "crashed"])
def test_a_server_that_comes_back_is_used_again_with_all_that_was_promised(
    own_server: Postgres, base: Base, noon: datetime, how: str
) -> None:
    add(base, "+33639980001", noon)
    own_server.stop(how)
    try:
        begun = time.monotonic()
        with pytest.raises(BaseUnavailable, match=r"cannot be used .*No such file.*doctor") as said:
            lines(base)
        assert time.monotonic() - begun < 1
        assert "\n" not in str(said.value)
    finally:
        own_server.start()
    assert lines(base) == ["+33639980001"]
    add(base, "+33639980002", noon)
    assert len(lines(base)) == 2


def test_a_server_that_restarts_between_two_uses_goes_unnoticed(
    own_server: Postgres, base: Base, noon: datetime
) -> None:
    with base.read(), base.read():  # two connections wait in the pool
        pass
    own_server.stop()
    own_server.start()
    with base.read(), base.write() as connection:
        connection.execute(insert(Line).values(e164="+33639980001", created_at=noon))
    assert lines(base) == ["+33639980001"]


def test_a_connection_that_is_cut_undoes_its_transaction_and_no_other(base: Base, noon: datetime) -> None:
    with pytest.raises(BaseUnavailable), base.write() as connection:
        connection.execute(insert(Line).values(e164="+33639980001", created_at=noon))
        with base.write() as other:
            other.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state LIKE 'idle in%'"))
    assert lines(base) == []


def test_an_address_where_no_base_is_leaves_the_password_out(own_server: Postgres) -> None:
    base = open_base(f"postgresql://{getpass.getuser()}:hidden@/nowhere?host={own_server.folder}")
    with pytest.raises(BaseUnavailable, match="doctor") as said, base.read():
        pass
    assert "hidden" not in str(said.value)
    base.close()


def test_whoever_is_frozen_in_a_transaction_keeps_nobody_out_for_long(base: Base) -> None:
    with base.read() as connection:
        assert connection.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one() == "30s"
