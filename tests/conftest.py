"""What all tests share: repeatable examples, bases, and a folder with a short name (a Unix socket's path holds 107
bytes)."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import bases as of_tests
import pytest
from fresh_bases import FreshBases
from hypothesis import HealthCheck, settings
from postgres import Bases, Postgres

from records.base import Base, open_base

# The same examples on every run, and no failure because a machine is slow.
settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repeatable")

FOLDER = pytest.StashKey[str]()
SERVER = pytest.StashKey[Postgres]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgres", action="store_true", help="put every base on a PostgreSQL server of the tests' own")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if given := getattr(config, "workerinput", None):
        if folder := given.get("postgres"):
            of_tests.server = Bases(Path(folder))
        return
    if not config.option.basetemp:
        config.stash[FOLDER] = config.option.basetemp = tempfile.mkdtemp(prefix="calls-")
    if config.option.postgres:
        config.stash[SERVER] = of_tests.server = Postgres()
        config.stash[SERVER].start()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:  # of pytest-xdist
    if of_tests.server:
        node.workerinput["postgres"] = str(of_tests.server.folder)


LONGEST_FIRST = (
    {"test_waiting.py", "test_server.py"},
    {"calls", "faults"},
    {"standardiste", "ami"},
    {"console", "callback_api", "webhooks"},
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole calls first, and what starts whole servers: one begun last keeps one process at work when others end.
    Names of files and folders."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    folders = set(item.path.parts)
    return next((turn for turn, some in enumerate(LONGEST_FIRST) if some & folders), len(LONGEST_FIRST))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """What a failed run leaves behind is there to be looked at."""
    if exitstatus == 0 and (folder := session.config.stash.get(FOLDER, None)):
        shutil.rmtree(folder, ignore_errors=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    if server := config.stash.get(SERVER, None):
        server.remove()


@pytest.fixture(scope="session")
def server() -> Iterator[Bases]:
    """The server of all tests, or one for those of this process that need one whatever the engine of the others."""
    if of_tests.server:
        yield of_tests.server
        return
    own = Postgres()
    own.start()
    yield own
    own.remove()


@pytest.fixture(scope="session")
def fresh_bases(server: Bases) -> FreshBases:
    return FreshBases(server)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """What the test's bases are on; `@pytest.mark.engine("sqlite")`: on that, whatever the others are on."""
    only = request.node.get_closest_marker("engine")
    return only.args[0] if only else "postgresql" if of_tests.server else "sqlite"


@pytest.fixture
def bases(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[of_tests.Maker]:
    """Makes as many bases as the test needs; they end with it."""
    with closing(_maker(engine, request, tmp_path)) as maker:
        yield maker


@pytest.fixture(scope="module")
def lasting_bases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[of_tests.Maker]:
    """As `bases`, for what all tests of a file share; they end with the last of them."""
    engine = "postgresql" if of_tests.server else "sqlite"
    with closing(_maker(engine, request, tmp_path_factory.mktemp("bases"))) as maker:
        yield maker


def _maker(engine: str, request: pytest.FixtureRequest, folder: Path) -> of_tests.Maker:
    if engine == "postgresql":
        return of_tests.OnServer(request.getfixturevalue("server"), request.getfixturevalue("fresh_bases"))
    return of_tests.Files(folder, request.getfixturevalue("tmp_path_factory").getbasetemp())


@pytest.fixture
def base_url(bases: of_tests.Maker) -> str:
    """A base of this test's own, with today's tables."""
    return bases.migrated()


@pytest.fixture
def base(base_url: str) -> Iterator[Base]:
    opened = open_base(base_url)
    yield opened
    opened.close()
