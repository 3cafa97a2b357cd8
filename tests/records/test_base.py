import stat
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext, suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from subprocess import Popen

import pytest
from bases import Maker
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from records.base import Base, open_base
from records.contacts import show
from records.errors import BaseBusy, BaseUnavailable, NotFound, TextRefused
from records.schema import Cursor, Line
from records.together import together

HOLD = """
from bases import held
with held(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""
OPEN = """
from sqlalchemy import text
from records.base import open_base
with open_base(sys.argv[1]).write() as connection:
    print(connection.execute(text("PRAGMA journal_mode")).scalar_one())
"""


@pytest.fixture
def held(base_url: str, another_process: Callable[..., Popen[str]]) -> None:
    """Another process keeps the base to itself until the end of the test."""
    assert another_process(HOLD, base_url).stdout.readline() == "held\n"


def test_no_update_is_lost_under_sixteen_threads(base: Base) -> None:
    def count_up(_: int) -> None:
        for _ in range(20):
            with base.write(durable=False) as connection:
                position = connection.execute(select(Cursor.position).with_for_update()).scalar_one()
                connection.execute(update(Cursor).values(position=position + 1))

    with base.write() as connection:
        connection.execute(insert(Cursor).values(name="counter", position=0))
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(count_up, range(16)))
    with base.read() as connection:
        assert connection.execute(select(Cursor.position)).scalar_one() == 320


def test_a_call_waits_150_ms_for_a_base_held_elsewhere_and_no_longer(base: Base, held: None) -> None:
    begun = time.monotonic()
    with pytest.raises(BaseBusy, match="try again"), base.write(wait_ms=150) as connection:
        connection.execute(insert(Cursor).values(name="mine", position=0))
    assert 0.1 < time.monotonic() - begun < 0.4


def test_forty_calls_can_look_at_the_base_at_once(base: Base) -> None:
    with ExitStack() as calls:
        for _ in range(40):
            calls.enter_context(base.read(wait_ms=150))


def test_reading_goes_on_while_another_process_writes(base: Base, held: None) -> None:
    with base.read(wait_ms=150) as connection:
        assert connection.execute(select(Line.id)).all() == []


def test_an_exception_undoes_the_whole_transaction(base: Base, noon: datetime) -> None:
    with pytest.raises(RuntimeError), base.write() as connection:
        connection.execute(insert(Line).values(e164="+33199000001", created_at=noon))
        raise RuntimeError
    with base.read() as connection:
        assert connection.execute(select(Line.id)).all() == []


def test_writing_is_refused_while_reading(base: Base, noon: datetime) -> None:
    with pytest.raises(BaseUnavailable), base.read() as connection:
        connection.execute(insert(Line).values(e164="+33199000001", created_at=noon))


def test_a_promise_is_flushed_to_the_disk_and_an_event_is_not(base: Base, engine: str) -> None:
    setting, flushed, unflushed = {
        "sqlite": ("PRAGMA synchronous", 2, 1),
        "postgresql": ("SHOW synchronous_commit", "on", "off"),
    }[engine]
    with base.write() as connection:
        assert connection.execute(text(setting)).scalar_one() == flushed
    with base.write(durable=False) as connection:
        assert connection.execute(text(setting)).scalar_one() == unflushed


def test_foreign_keys_hold(base: Base) -> None:
    with pytest.raises(IntegrityError), base.write() as connection:
        connection.execute(text("INSERT INTO voicemail VALUES ('none', 'file', 1, '2025-03-03', 1)"))


def test_instants_come_back_in_utc_whatever_their_zone(base: Base, noon: datetime) -> None:
    in_paris = noon.astimezone(timezone(timedelta(hours=1)))
    with base.write() as connection:
        connection.execute(insert(Line).values(e164="+33199000001", created_at=in_paris))
    with base.read() as connection:
        kept = connection.execute(select(Line.created_at)).scalar_one()
    assert (kept, kept.tzinfo) == (noon, UTC)


@pytest.mark.parametrize("text", ["Anne\0", "Anne\ud800"], ids=["NUL", "half a pair"])
def test_a_text_that_no_base_can_keep_is_refused(base: Base, text: str) -> None:
    with pytest.raises(TextRefused, match="cannot be kept"), base.write() as connection:
        connection.execute(insert(Cursor).values(name=text, position=0))
    with base.read() as connection, pytest.raises(TextRefused):
        connection.execute(select(Cursor.name).where(Cursor.name == text))


@pytest.mark.parametrize("number", [2**31, 2**63, -(2**64)])
def test_no_row_has_a_number_that_is_too_large(base: Base, number: int) -> None:
    with pytest.raises(NotFound):
        show(base, number)


def test_large_positions_are_kept(base: Base) -> None:
    with base.write() as connection:
        connection.execute(insert(Cursor).values(name="log", position=2**40))
    with base.read() as connection:
        assert connection.scalar(select(Cursor.position)) == 2**40


def test_a_base_without_its_tables_is_unavailable(bases: Maker) -> None:
    base = open_base(bases.empty())
    with pytest.raises(BaseUnavailable, match="line"), base.read() as connection:
        connection.execute(select(Line.id))
    base.close()


def test_what_the_base_refuses_is_said_without_the_row(base: Base, noon: datetime) -> None:
    without_plus = f"{33639980000 + 1}"
    with pytest.raises(IntegrityError) as refused, base.write() as connection:
        connection.execute(insert(Line).values(e164=without_plus, created_at=noon))
    assert "ck_line_e164" in str(refused.value)
    assert without_plus not in "".join(traceback.format_exception(refused.value))


def test_an_instant_without_zone_is_refused(base: Base, noon: datetime) -> None:
    with pytest.raises(StatementError, match="no time zone"), base.write() as connection:
        connection.execute(insert(Line).values(e164="+33199000001", created_at=noon.replace(tzinfo=None)))


@pytest.mark.engine("sqlite")
def test_a_new_base_and_its_journal_are_for_their_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "var" / "new.db"
    base = open_base(f"sqlite:///{file}")
    with base.write() as connection:
        connection.execute(text("CREATE TABLE a (b)"))
        files = list(file.parent.iterdir())
        assert {stat.S_IMODE(one.stat().st_mode) for one in files} == {0o600}
        assert len(files) == 3
    base.close()


@pytest.mark.engine("sqlite")
def test_four_processes_can_open_a_new_base_at_once(tmp_path: Path, another_process: Callable[..., Popen[str]]) -> None:
    openers = [another_process(OPEN, f"sqlite:///{tmp_path}/new.db") for _ in range(4)]
    assert [opener.stdout.read() for opener in openers] == ["wal\n"] * 4


@pytest.mark.parametrize(
    "url", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "mysql://nowhere/none", "postgresql+none://nowhere/none"]
)
def test_an_address_that_cannot_be_used_says_what_to_give(url: str) -> None:
    with pytest.raises(BaseUnavailable, match="sqlite:///FILE"):
        open_base(url)


@pytest.mark.engine("sqlite")
def test_a_folder_in_the_place_of_the_base_is_said(tmp_path: Path) -> None:
    with pytest.raises(BaseUnavailable, match="cannot be opened"):
        open_base(f"sqlite:///{tmp_path}")


@pytest.mark.engine("sqlite")
def test_a_file_that_is_no_base_is_said(tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("Dear all, this is not a base." * 100)
    base = open_base(f"sqlite:///{tmp_path}/letter.db")
    with pytest.raises(BaseUnavailable, match="doctor"), base.read():
        pass


@pytest.mark.engine("sqlite")
def test_opening_a_base_twice_in_one_process_takes_no_lock_from_the_first(
    file: Path, another_process: Callable[..., Popen[str]]
) -> None:
    first = open_base(f"sqlite:///{file}")
    with first.write() as connection:
        connection.exec_driver_sql("INSERT INTO cursor VALUES ('before', 1)")
    second = open_base(f"sqlite:///{file}")
    code = "from records.base import open_base\nb = open_base(sys.argv[1])\nwith b.read() as c: pass\nb.close()"
    another_process(code, f"sqlite:///{file}").wait(30)  # without the lock, it would take the -wal file away
    with first.write() as connection:
        connection.exec_driver_sql("INSERT INTO cursor VALUES ('after', 2)")
    code = "import sqlite3\nprint(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM cursor').fetchone()[0])"
    told, _ = another_process(code, file).communicate(timeout=30)
    first.close()
    second.close()
    assert told.strip() == "2"


@pytest.mark.parametrize(("all_or_none", "kept"), [(False, ["before", "after"]), (True, [])])
def test_a_write_that_fails_among_several_is_undone_alone_or_undoes_them_all(
    base: Base, all_or_none: bool, kept: list[str]
) -> None:
    def enter(part: Base, *names: str) -> None:
        with part.write() as connection:
            for name in names:
                connection.execute(insert(Cursor).values(name=name, position=0))

    with suppress(IntegrityError), together(base, all_or_none=all_or_none) as part:
        enter(part, "before")
        with nullcontext() if all_or_none else suppress(IntegrityError):
            enter(part, "half", "half")
        enter(part, "after")
    with base.read() as connection:
        assert connection.scalars(select(Cursor.name).order_by(Cursor.name.desc())).all() == kept
