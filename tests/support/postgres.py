"""A PostgreSQL server for tests, in a folder with its socket; it ends with the process that started it."""

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

PROGRAMS = Path("/usr/lib/postgresql")  # Debian keeps each version's there, and only some of them in the PATH
USER = "standardiste"
MAX_SOCKET_PATH = 107  # bytes of a Unix socket's path, unix(7)
TERMINATE_CONNECTIONS = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
)
SETTINGS = {
    "listen_addresses": "",
    "max_connections": 400,  # a few whole receptions at once
    "fsync": "off",  # a process that is killed loses nothing by it, only a machine would
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": 0,
    "max_wal_size": "256MB",
    "autovacuum": "off",
    "deadlock_timeout": "200ms",
}


def find_programs() -> Path | None:
    """The folder of the newest server's programs on this machine."""
    found = [folder for folder in PROGRAMS.glob("*/bin") if (folder / "initdb").exists()]
    return max(found, key=lambda folder: float(folder.parent.name), default=None)


class PostgresServer:
    """The databases of a server whose socket is in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, name: str) -> str:
        return f"postgresql://{USER}@/{name}?host={self.folder}"

    def create_database(self, name: str, like: str = "template1") -> str:
        """Creates an empty database, or a copy of one, whose connections are closed; returns its URL."""
        with self.connect() as connection:
            connection.execute(TERMINATE_CONNECTIONS, [like])
        self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, like)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Closes all connections to it."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def exists(self, name: str) -> bool:
        with self.connect() as connection:
            return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

    def _run(self, statement: str, *names: str) -> None:
        with self.connect() as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def connect(self, name: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), user=USER, dbname=name, autocommit=True)


class TemporaryPostgresServer(PostgresServer):
    """`start()`, `stop()` and `remove()` it."""

    def __init__(self) -> None:
        super().__init__(Path(tempfile.mkdtemp(prefix="postgres-")))
        assert len(os.fsencode(self.folder / ".s.PGSQL.5432")) < MAX_SOCKET_PATH
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = None if os.getuid() else _unprivileged_user()  # the server refuses to be run by root
        if self._owner:
            os.chown(self.folder, self._owner.pw_uid, self._owner.pw_gid)
        # A collation of people and not of bytes: what relies on the order of bytes shows.
        collation = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=fr-FR"]
        made = ["initdb", "--pgdata", str(self._data), f"--username={USER}", "--auth=trust", "--no-sync", *collation]
        subprocess.run(self._command(*made), check=True, stdout=subprocess.DEVNULL, env=_ENVIRONMENT)

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def start(self) -> None:
        """Returns when databases can be opened."""
        settings = SETTINGS | {"unix_socket_directories": self.folder}
        given = [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]
        with self.log.open("ab") as log:
            command = self._command("postgres", "-D", str(self._data), *given)
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=_ENVIRONMENT
            )
        deadline = time.monotonic() + 60
        while not self._answers():
            assert self._process.poll() is None and time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)

    def stop(self, how: str = "INT") -> None:
        """By a signal: INT ends its connections; QUIT is a crash, after which the next start recovers."""
        if self._process:
            self._process.send_signal(signal.Signals[f"SIG{how}"])
            self._process.wait(30)
            self._process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """The server is there and takes connections, but none of its processes runs."""
        assert self._process
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        self._process.send_signal(signal.SIGSTOP)  # first, so that it starts no more processes
        frozen = [int(child) for child in children.read_text().split()]
        for child in frozen:
            os.kill(child, signal.SIGSTOP)
        try:
            yield
        finally:
            for child in frozen:
                os.kill(child, signal.SIGCONT)
            self._process.send_signal(signal.SIGCONT)

    def remove(self) -> None:
        self.stop("QUIT")
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _command(self, program: str, *arguments: str) -> list[str]:
        found = find_programs()
        assert found, "PostgreSQL is not installed; run script/prepare postgres"
        # SIGINT when the process that started it dies, however it dies.
        manner = ["setpriv", "--pdeathsig", "INT"]
        if self._owner:
            manner += ["--reuid", str(self._owner.pw_uid), "--regid", str(self._owner.pw_gid), "--clear-groups"]
        return [*manner, str(found / program), *arguments]


_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}


def _unprivileged_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise AssertionError("neither postgres nor nobody is a user here")


def database_name(folder: Path) -> str:
    """The name of the database of this folder, the same in every process."""
    return f"base_{hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:16]}"
