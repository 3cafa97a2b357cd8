"""What all tests share: repeatable examples, databases, and a temporary folder with a short name.

The path of a Unix socket may have at most 107 bytes.
"""

import gc
import shutil
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import cheap_hashes
import compiled_once
import databases as of_tests
import fork_server
import lots
import priority
import processor_time
import pytest
import short_prompts
import thorough
import timings
import unused_fixtures
import variants
from database_pool import DatabasePool
from hypothesis import HealthCheck, settings
from postgres import PostgresServer, TemporaryPostgresServer

from records.database.engine import Database, open_database

# The same examples on every run, and no failure because a machine is slow.
REPEATABLE = settings(derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("repeatable", REPEATABLE, max_examples=25)
settings.register_profile("thorough", REPEATABLE, max_examples=1000)
LONG_TIMES = 10
SPOKEN = {
    *("test_menu.py", "test_message.py", "test_hours.py", "test_staff_line.py", "test_trial_call.py"),
    "test_a_caller_who_waits_hears_their_position_and_music",
    "test_the_wait_estimate_is_announced_once_it_is_known",
    "test_another_number_is_typed_read_back_and_confirmed",
    "test_an_agent_who_answers_late_has_time_for_the_offer_and_a_key",
    "test_the_recognizer_finds_only_what_was_played",
}
"""The calls that `--long` makes again with the true voice, where words, languages and joined numbers matter."""

BROWSER = "browser"
"""The name of a module of tests/support, and of the fixture by which tests use it."""

BASETEMP = pytest.StashKey[str]()
SERVER = pytest.StashKey[TemporaryPostgresServer]()
CPU = pytest.StashKey[float]()
START_CPU = pytest.StashKey[list[float]]()
NICENESS = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgres", action="store_true", help="put every base on a PostgreSQL server of the tests' own")
    parser.addoption("--long", action="store_true", help="what is left out otherwise, and calls with the true voice")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("thorough" if config.option.long else "repeatable")
    cheap_hashes.use()
    compiled_once.share_statements()
    if config.option.long:
        short_prompts.true_voice, thorough.times = True, LONG_TIMES
    config.stash[START_CPU] = []
    config.stash[NICENESS] = priority.own()
    if given := getattr(config, "workerinput", None):
        fork_server.address = given["fork_server"]
        of_tests.shared_folder = Path(given["shared_folder"])
        if folder := given.get("postgres"):
            of_tests.server = PostgresServer(Path(folder))
        return
    if not config.option.basetemp:
        config.stash[BASETEMP] = config.option.basetemp = tempfile.mkdtemp(prefix="calls-")
    of_tests.shared_folder = fork_server.folder = Path(tempfile.mkdtemp(prefix="calls-shared-"))
    if config.option.postgres:
        config.stash[SERVER] = of_tests.server = TemporaryPostgresServer()
        config.stash[SERVER].start()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> lots.LotScheduling:
    return lots.LotScheduling(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:  # of pytest-xdist
    if fork_server.address is None:
        fork_server.start_server()
    node.workerinput["fork_server"] = fork_server.address
    node.workerinput["shared_folder"] = str(of_tests.shared_folder)
    if of_tests.server:
        node.workerinput["postgres"] = str(of_tests.server.folder)


SLOWEST_FIRST = (
    {"test_short_grid.py", "test_planted_faults.py"},
    {"test_waiting.py", "test_callback_calls.py", "test_server.py", "test_query_plans.py"},
    {"calls", "faults"},
    {*priority.REAL_TIME},
    {
        *("test_every_page.py", "test_in_browser.py", "test_console_in_browser.py", "test_hours_in_browser.py"),
        *("test_settings_in_browser.py", "test_button_script.py"),
    },
    {"console", "callback_api", "webhooks"},
)
"""What is begun first; tests with receptions come before all others (tests/support/priority.py)."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Orders the tests: those that take longest come first.

    A long test that started last would keep one process busy after the others have ended.
    """
    of_long = variants.for_the_long_suite(items)
    chosen = [item for item in items if _belongs(item, config, is_long=item in of_long)]
    config.hook.pytest_deselected(items=[item for item in items if item not in {*chosen}])
    items[:] = sorted(chosen, key=_turn)
    lots.divide(items)


def _belongs(item: pytest.Item, config: pytest.Config, *, is_long: bool) -> bool:
    """Whether this test is of the short suite, or, with `--long`, of the rest; on PostgreSQL, if it has a database."""
    if config.option.postgres and not (priority.is_real_time(item.path) or variants.has_database(item)):
        return False
    if not config.option.long or is_long:
        return bool(config.option.long) or not is_long
    return bool(config.option.postgres) or _is_spoken(item) or variants.has_more_values(item)


def _is_spoken(item: pytest.Item) -> bool:
    return item.path.parent.name == "calls" and bool({item.path.name, item.name.partition("[")[0]} & SPOKEN)


def _turn(item: pytest.Item) -> tuple[bool, int]:
    folders = set(item.path.parts)
    turn = next((turn for turn, some in enumerate(SLOWEST_FIRST) if some & folders), len(SLOWEST_FIRST))
    return not priority.is_real_time(item.path), turn


def pytest_collection(session: pytest.Session) -> None:
    gc.disable()  # nearly everything that is read now stays


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    gc.freeze()  # else each collection would look at all of it again
    gc.enable()
    session.config.stash[CPU] = used_s = processor_time.used_s()
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["start_cpu_s"] = used_s
    else:
        session.config.stash[START_CPU].append(used_s)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if hasattr(item.config, "workerinput"):
        priority.give_way(item.path, item.config.stash[NICENESS])
    if BROWSER not in item.fixturenames:
        _end_browser()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object]) -> Generator[None, object, object]:
    value = yield
    unused_fixtures.note(fixturedef)
    return value


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    unused_fixtures.end(item, nextitem)


def _end_browser() -> None:
    """Ends the browser that test files share, if this process has used one."""
    if module := sys.modules.get(BROWSER):
        module.end_unused()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Notes the processor time since the last report, which is that of this part of the test."""
    report = yield
    before = item.config.stash[CPU]
    item.config.stash[CPU] = used_s = processor_time.used_s()
    report.user_properties.append(("cpu_s", used_s - before))
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node) -> None:  # of pytest-xdist
    node.config.stash[START_CPU].append(getattr(node, "workeroutput", {}).get("start_cpu_s", 0.0))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Keeps what a failed run leaves behind, for inspection."""
    _end_browser()
    if exitstatus == 0 and (folder := session.config.stash.get(BASETEMP, None)):
        shutil.rmtree(folder, ignore_errors=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    reports = [report for some in terminalreporter.stats.values() for report in some]
    parts = [_part(report) for report in reports if isinstance(report, pytest.TestReport)]
    if len({part.test for part in parts}) > timings.SLOWEST:
        terminalreporter.section("where the time went")
        terminalreporter.write("\n".join(timings.lines(parts, sum(config.stash[START_CPU]))) + "\n")


def _part(report: pytest.TestReport) -> timings.Part:
    return timings.Part(report.nodeid, report.duration, dict(report.user_properties).get("cpu_s", 0.0))


def pytest_unconfigure(config: pytest.Config) -> None:
    fork_server.stop_server()
    if not hasattr(config, "workerinput"):
        shutil.rmtree(of_tests.shared_folder, ignore_errors=True)
    if server := config.stash.get(SERVER, None):
        server.remove()


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    """The server of all tests, or one for those of this process that need one whatever the engine of the others."""
    if of_tests.server:
        yield of_tests.server
        return
    own = TemporaryPostgresServer()
    own.start()
    yield own
    own.remove()


@pytest.fixture(scope="session")
def database_pool(server: PostgresServer) -> DatabasePool:
    return DatabasePool(server)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """What the test's bases are on; `@pytest.mark.engine("sqlite")`: on that, whatever the others are on."""
    only = request.node.get_closest_marker("engine")
    return only.args[0] if only else "postgresql" if of_tests.server else "sqlite"


@pytest.fixture
def databases(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[of_tests.DatabaseFactory]:
    """Makes as many bases as the test needs; they end with it."""
    with closing(_database_factory(engine, request, tmp_path)) as maker:
        yield maker


@pytest.fixture(scope="module")
def module_databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[of_tests.DatabaseFactory]:
    """Like `bases`, for what all tests of a file share; they end with the last of them."""
    engine = "postgresql" if of_tests.server else "sqlite"
    with closing(_database_factory(engine, request, tmp_path_factory.mktemp("bases"))) as maker:
        yield maker


def _database_factory(engine: str, request: pytest.FixtureRequest, folder: Path) -> of_tests.DatabaseFactory:
    if engine == "postgresql":
        return of_tests.PostgresFactory(request.getfixturevalue("server"), request.getfixturevalue("database_pool"))
    return of_tests.SqliteFactory(folder)


@pytest.fixture
def database_url(databases: of_tests.DatabaseFactory) -> str:
    """A base of this test's own, with today's tables."""
    return databases.migrated()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()
