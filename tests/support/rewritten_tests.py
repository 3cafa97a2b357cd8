"""Compiles the test files, as pytest does at their import, before several processes import them at once.

pytest rewrites the assertions of each file, which takes seven seconds of a processor for all; each process of a run
would do it for itself on a machine that has not run them yet.
"""

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from _pytest.assertion import AssertionState, rewrite
from _pytest.config import get_config

TESTS = Path(__file__).parent.parent


def main() -> None:
    files = [*TESTS.rglob("test_*.py"), *TESTS.rglob("conftest.py")]
    stale = [file for file in files if not _is_compiled(file)]
    with ProcessPoolExecutor() as processes:
        list(processes.map(_compile, stale, chunksize=8))


def _pyc(file: Path) -> Path:
    return rewrite.get_cache_dir(file) / (file.stem + rewrite.PYC_TAIL)


def _is_compiled(file: Path) -> bool:
    return rewrite._read_pyc(file, _pyc(file)) is not None


def _compile(file: Path) -> None:
    config = get_config()
    try:
        stat, code = rewrite._rewrite_test(file, config)
    except SyntaxError:  # pytest will say so
        return
    if rewrite.try_makedirs(_pyc(file).parent):
        rewrite._write_pyc(AssertionState(config, "rewrite"), code, stat, _pyc(file))


if __name__ == "__main__":
    main()
