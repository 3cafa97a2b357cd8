"""Results of checks in a file, and the console that has them made beside its pages."""

import threading
from datetime import UTC, datetime
from pathlib import Path

from records.check_result import CheckResult
from standardiste.parts.console_checks import ConsoleChecks
from standardiste.stored_checks import StoredChecks, load_checks, save_checks
from translations.message import translatable, translatable_in_context, translatable_plural

NOON = datetime(2030, 3, 4, 12, tzinfo=UTC)
RESULTS = (
    CheckResult("a", True, translatable("Callbacks are not paused.")),
    CheckResult(
        "b",
        False,
        translatable("Open until %(when)s", when=translatable("Open")),
        translatable_plural("%(count)s number of %(all)s open", "%(count)s numbers of %(all)s open", 2, all=3),
    ),
    CheckResult("c", False, translatable_in_context("presence", "Away")),
)


def test_results_are_read_back_in_every_language(tmp_path: Path) -> None:
    file = tmp_path / "doctor.json"
    save_checks(file, StoredChecks(NOON, RESULTS, "a database"))
    stored = load_checks(file)
    assert stored and (stored.at, stored.of) == (NOON, "a database")
    for language in ("fr", "en"):
        assert [one.in_language(language) for one in stored.results] == [one.in_language(language) for one in RESULTS]
    assert [(one.name, one.ok) for one in stored.results] == [("a", True), ("b", False), ("c", False)]


def test_a_file_that_holds_something_else_holds_no_results(tmp_path: Path) -> None:
    file = tmp_path / "doctor.json"
    assert load_checks(file) is None
    for content in ("", "[]", '{"at": "2030-03-04", "results": [1], "of": ""}', '{"at": 1}'):
        file.write_text(content)
        assert load_checks(file) is None


def test_the_console_has_the_checks_made_beside_its_pages_and_reads_their_results(tmp_path: Path) -> None:
    file, made = tmp_path / "doctor.json", threading.Event()

    def run() -> None:
        save_checks(file, StoredChecks(NOON, RESULTS))
        made.set()

    checks = ConsoleChecks(file, run)
    assert checks.get_report() is None
    checks.start()
    checks.request_run()
    assert made.wait(30)
    report = checks.get_report()
    assert report and report.at == NOON and len(report.results) == 3
