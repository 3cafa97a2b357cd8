"""The ways to serve the same call that are compared, each in new processes."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from string import Template

from reception import NUMBER, Reception, wait_for

from bench.installations import PreparedInstallation, start_asterisk, stop
from bench.peer_database import count_calls
from bench.peer_servers import PEERS, serve_peer
from bench.process_usage import ProcessTree
from bench.report import BARE, BARE_AGAIN, ODBC, OURS

CONF = Path(__file__).parent / "bare"
ODBC_DRIVERS = ("/usr/lib/x86_64-linux-gnu/odbc/libsqlite3odbc.so", "/usr/lib/aarch64-linux-gnu/odbc/libsqlite3odbc.so")


@dataclass(frozen=True, slots=True)
class Variant:
    """A reception that takes calls; `processes` are all processes that run for it."""

    name: str
    reception: Reception
    processes: ProcessTree

    @property
    def sip_port(self) -> int:
        return self.reception.settings.sip_port

    @property
    def number(self) -> str:
        return NUMBER

    def wait_until_idle(self, calls: int) -> None:
        """Returns when no call is active, and, for ours, `calls` are on record with their ends."""
        idle = "0 active channels"
        wait_for(
            lambda: idle in self.reception.installation.asterisk_cli.run("core show channels count"),
            "all calls to end",
            60,
        )
        if self.name == OURS:
            wait_for(lambda: self.count_recorded_calls() >= calls, f"{calls} calls to be on record", 120)

    def count_recorded_calls(self) -> int:
        """Calls whose end is in our database."""
        return int(self.query_database("SELECT count(*) FROM call WHERE ended_at IS NOT NULL"))

    def database_bytes(self) -> int:
        """The size of our database without its free pages."""
        pages = "SELECT (p.page_count - f.freelist_count) * s.page_size FROM"
        return int(self.query_database(f"{pages} pragma_page_count p, pragma_freelist_count f, pragma_page_size s"))

    def query_database(self, sql: str) -> float:
        """One value, read by SQLite directly."""
        file = self.reception.settings.sqlite_file
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)) as connection:
            return connection.execute(sql).fetchone()[0]


def abba_order(names: Sequence[str], rounds: int) -> list[str]:
    """The names in ABBA order, `rounds` times, so that drift affects all variants alike; each once for 0 rounds."""
    return [*names, *reversed(names)] * rounds or [*names]


def available_variants() -> list[str]:
    """Bare twice, which shows the noise of the measurement; func_odbc only if its driver is installed."""
    return [BARE, *([ODBC] if find_odbc_driver() else []), OURS, BARE_AGAIN]


def find_odbc_driver() -> str:
    return next((file for file in ODBC_DRIVERS if Path(file).is_file()), "")


@contextmanager
def run_variant(name: str, stage: PreparedInstallation, plan: str = "", **settings: object) -> Iterator[Variant]:
    """Runs the variant of this name until the end of the block."""
    reception = stage.copy_reception(plan, **settings)
    with _SERVERS[name](reception, stage) as roots:
        try:
            yield Variant(name, reception, ProcessTree(tuple(roots)))
        finally:
            reception.database.close()
            reception.installation.close()
    if stage.has_year:  # each copy takes a gigabyte
        shutil.rmtree(reception.settings.var)


@contextmanager
def serve_ours(reception: Reception) -> Iterator[Variant]:
    """The whole server of this reception, until the end of the block."""
    try:
        with _ours(reception) as roots:
            yield Variant(OURS, reception, ProcessTree(tuple(roots)))
    finally:
        reception.database.close()
        reception.installation.close()


@contextmanager
def _ours(reception: Reception, stage: PreparedInstallation | None = None) -> Iterator[list[int]]:
    """The whole server, as `script/server` starts it."""
    reception.start()
    try:
        heartbeat = reception.settings.heartbeats / "asterisk"
        wait_for(heartbeat.exists, "the part `switch` to be connected", 60)
        yield [reception.process.pid]
    finally:
        reception.stop()


@contextmanager
def _bare(reception: Reception, stage: PreparedInstallation) -> Iterator[list[int]]:
    _write_dialplan(reception, stage)
    asterisk = start_asterisk(reception)
    try:
        yield [asterisk.pid]
    finally:
        stop(asterisk)


@contextmanager
def _with_odbc(reception: Reception, stage: PreparedInstallation) -> Iterator[list[int]]:
    var, etc = reception.settings.var, reception.settings.asterisk_etc
    _write_dialplan(reception, stage, contact=(CONF / "contact.conf").read_text())
    for name in ("func_odbc.conf", "res_odbc.conf"):
        (etc / name).write_text((CONF / name).read_text())
    with (etc / "modules.conf").open("a") as modules:
        modules.write("load = res_odbc.so\nload = res_odbc_transaction.so\nload = func_odbc.so\n")
    database = var / "bare.sqlite3"
    shutil.copy(stage.peer_database, database)
    before = count_calls(database)
    (var / "odbc.ini").write_text(
        f"[records]\nDriver = {find_odbc_driver()}\nDatabase = {database}\n"
        "Timeout = 5000\nSyncPragma = NORMAL\nJournalMode = WAL\n"
    )
    asterisk = start_asterisk(reception, ODBCINI=str(var / "odbc.ini"))
    try:
        yield [asterisk.pid]
        if count_calls(database) == before:
            raise SystemExit("func_odbc has written nothing: this variant measures no database.")
    finally:
        stop(asterisk)


def _write_dialplan(reception: Reception, stage: PreparedInstallation, contact: str = "") -> None:
    values = stage.dialplan_values(reception)
    contact = Template(contact).substitute()
    text = Template((CONF / "extensions.conf").read_text()).substitute(values, contact=contact)
    (reception.settings.asterisk_etc / "extensions.conf").write_text(text)


_SERVERS: dict[str, Callable[[Reception, PreparedInstallation], AbstractContextManager[list[int]]]] = {
    BARE: _bare,
    BARE_AGAIN: _bare,
    ODBC: _with_odbc,
    OURS: _ours,
    **{name: partial(serve_peer, name) for name in PEERS},
}
