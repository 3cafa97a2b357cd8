"""`alone.py FOLDER`: runs the tests of a lane that failed once more, one after another, beside nothing (decision 63).

FOLDER is that of the lane (lanes.sh): its `command`, its exit `status`, and the `cache` of pytest with the tests that
failed. Exits with 0 when all pass now, or none had failed, and writes the sentences to be shown at the end of the whole
run to `passed-alone`. More than MOST failures, and a run that ended in another way, are failures at once.
"""

import argparse
import json
import sys
from collections.abc import Collection
from pathlib import Path

import pytest

MOST = 5
TESTS_FAILED = str(int(pytest.ExitCode.TESTS_FAILED))


class Once:
    """A plugin that leaves only these tests, and notes which of them pass, their set-up and their end included."""

    def __init__(self, tests: Collection[str]) -> None:
        self._tests = tests
        self.passed: set[str] = set()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in self._tests])
        items[:] = [item for item in items if item.nodeid in self._tests]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.passed.add(report.nodeid)
        elif report.failed:
            self.passed.discard(report.nodeid)


def main(folder: Path) -> bool:
    """Whether each test of the lane has passed, with others or alone."""
    status = (folder / "status").read_text().strip() if (folder / "status").exists() else "none"
    if status == "0":
        return True
    known = folder / "cache" / "v" / "cache" / "lastfailed"
    failed = [*json.loads(known.read_text())] if known.exists() else []
    options = _options((folder / "command").read_text().splitlines())
    if status != TESTS_FAILED or not failed or options is None:
        return False
    if len(failed) > MOST:
        print(f"\n{len(failed)} tests failed: too many to run again alone.")
        return False
    print(f"\n=== again, alone: tests that failed beside others: {len(failed)}", flush=True)
    once = Once(failed)
    files = {test.partition("::")[0]: None for test in failed}
    pytest.main(["-p", "no:cacheprovider", *options, *files], plugins=[once])
    lines = [f"passed alone, failed beside others: {test}\n" for test in failed if test in once.passed]
    (folder / "passed-alone").write_text("".join(lines))
    return once.passed >= {*failed}


def _options(command: list[str]) -> list[str] | None:
    """The lane's options that say how a test runs; None when it ended at the first failure, and so ran in part."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("-x", "--exitfirst", "--maxfail", dest="in_part", nargs="?", const=True)
    parser.add_argument("--long", dest="kept", action="append_const", const="--long")
    parser.add_argument("--postgres", dest="kept", action="append_const", const="--postgres")
    parser.add_argument("--timeout", dest="kept", action="append", type="--timeout={}".format)
    given, _ = parser.parse_known_args(command)
    return None if given.in_part else given.kept or []


if __name__ == "__main__":
    sys.exit(0 if main(Path(sys.argv[1])) else 1)
