"""The ways to serve one and the same call that are set against each other, each in fresh processes."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template

from reception import NUMBER, Reception, wait_for

from bench.accounting import Processes
from bench.stage import Stage, start_asterisk, stop
from bench.table import AGAIN, BARE, ODBC, OURS
from routing.sentences import greeting_key, menu_keys
from standardiste.server import asterisk_says

CONF = Path(__file__).parent / "bare"
DRIVERS = ("/usr/lib/x86_64-linux-gnu/odbc/libsqlite3odbc.so", "/usr/lib/aarch64-linux-gnu/odbc/libsqlite3odbc.so")


@dataclass(frozen=True, slots=True)
class Arm:
    """A reception that takes calls; `processes` is everything that runs for it."""

    name: str
    reception: Reception
    processes: Processes

    @property
    def sip_port(self) -> int:
        return self.reception.settings.sip_port

    @property
    def number(self) -> str:
        return NUMBER

    def settle(self, calls: int) -> None:
        """Returns when nobody is on the line, and ours has `calls` on record, each with its end."""
        quiet = "0 active channels"
        wait_for(lambda: quiet in asterisk_says(self.reception.house, "core show channels count"), "quiet", 60)
        if self.name == OURS:
            wait_for(lambda: self.on_record() >= calls, f"{calls} calls to be on record", 120)

    def on_record(self) -> int:
        """Calls whose end our base knows."""
        return int(self.ask_base("SELECT count(*) FROM call WHERE ended_at IS NOT NULL"))

    def base_bytes(self) -> int:
        """What our base holds, free pages not counted."""
        pages = "SELECT (p.page_count - f.freelist_count) * s.page_size FROM"
        return int(self.ask_base(f"{pages} pragma_page_count p, pragma_freelist_count f, pragma_page_size s"))

    def ask_base(self, sql: str) -> float:
        """Read by SQLite itself."""
        file = self.reception.settings.base_file
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)) as connection:
            return connection.execute(sql).fetchone()[0]


def there_and_back(names: Sequence[str], rounds: int) -> list[str]:
    """ABBA, so many times: what drifts with time weighs on all arms alike. No round: each once."""
    return [*names, *reversed(names)] * rounds or [*names]


def names() -> list[str]:
    """Bare twice, so that the noise of nothing is seen; without its driver, func_odbc is left out."""
    return [BARE, *([ODBC] if driver() else []), OURS, AGAIN]


def driver() -> str:
    return next((file for file in DRIVERS if Path(file).is_file()), "")


@contextmanager
def running(name: str, stage: Stage, plan: str = "", **settings: object) -> Iterator[Arm]:
    """The arm of this name, until the end of the block."""
    reception = stage.copy(plan, **settings)
    with _SERVED[name](reception, stage) as roots:
        try:
            yield Arm(name, reception, Processes(tuple(roots)))
        finally:
            reception.base.close()
            reception.house.close()


@contextmanager
def _ours(reception: Reception, stage: Stage) -> Iterator[list[int]]:
    """The whole server, as `script/server` starts it."""
    reception.start()
    try:
        beating = reception.settings.heartbeats / "asterisk"
        wait_for(beating.exists, "the switch to be linked", 60)
        yield [reception.process.pid]
    finally:
        reception.stop()


@contextmanager
def _bare(reception: Reception, stage: Stage) -> Iterator[list[int]]:
    _write_dialplan(reception, stage)
    asterisk = start_asterisk(reception)
    try:
        yield [asterisk.pid]
    finally:
        stop(asterisk)


@contextmanager
def _with_odbc(reception: Reception, stage: Stage) -> Iterator[list[int]]:
    var, etc = reception.settings.var, reception.settings.etc
    _write_dialplan(reception, stage, contact=(CONF / "contact.conf").read_text())
    for name in ("func_odbc.conf", "res_odbc.conf"):
        (etc / name).write_text((CONF / name).read_text())
    with (etc / "modules.conf").open("a") as modules:
        modules.write("load = res_odbc.so\nload = res_odbc_transaction.so\nload = func_odbc.so\n")
    base = var / "bare.sqlite3"
    with closing(sqlite3.connect(base)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE card (id INTEGER PRIMARY KEY, line TEXT UNIQUE NOT NULL)")
        connection.execute("CREATE TABLE call (id INTEGER PRIMARY KEY, ref TEXT NOT NULL, line TEXT)")
    (var / "odbc.ini").write_text(
        f"[records]\nDriver = {driver()}\nDatabase = {base}\nTimeout = 5000\nSyncPragma = NORMAL\nJournalMode = WAL\n"
    )
    asterisk = start_asterisk(reception, ODBCINI=str(var / "odbc.ini"))
    try:
        yield [asterisk.pid]
        with closing(sqlite3.connect(base)) as connection:
            noted = connection.execute("SELECT count(*) FROM call").fetchone()[0]
        if not noted:
            raise SystemExit("func_odbc has written nothing: this arm measures no data base.")
    finally:
        stop(asterisk)


def _write_dialplan(reception: Reception, stage: Stage, contact: str = "") -> None:
    number = reception.house.plan.numbers[0]
    menu = reception.house.plan.menus[number.menu]
    values = {
        "number": NUMBER,
        "menu": "&".join([greeting_key(number), *menu_keys(menu)]),
        "message": stage.message,
        "first_key_s": f"{menu.first_key_s:g}",
    }
    contact = Template(contact).substitute()
    text = Template((CONF / "extensions.conf").read_text()).substitute(values, contact=contact)
    (reception.settings.etc / "extensions.conf").write_text(text)


_SERVED: dict[str, Callable[[Reception, Stage], object]] = {BARE: _bare, AGAIN: _bare, ODBC: _with_odbc, OURS: _ours}
