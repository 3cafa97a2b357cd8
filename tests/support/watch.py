"""`script/test --watch [PATH …]`: reruns the tests that a changed file affects.

Those are the tests under the paths; without a path, all except tests/calls and tests/faults.
"""

import ast
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import grimp
from watchfiles import PythonFilter, watch

CHECKOUT = Path(__file__).parent.parent.parent
TESTS = CHECKOUT / "tests"
PACKAGES = sorted(file.parent.name for file in CHECKOUT.glob("*/__init__.py"))
WAITING = ("tests/calls", "tests/faults")  # whole calls: run when asked for by their path, or when they change
WATCHED = [TESTS, *(CHECKOUT / package for package in PACKAGES)]


def main(paths: list[str]) -> None:
    sys.path.insert(0, str(CHECKOUT))
    print("Watching. Ctrl-C ends it.", flush=True)
    for changes in watch(*WATCHED, watch_filter=PythonFilter(), raise_interrupt=False):
        changed = {Path(name) for _, name in changes}
        if tests := sorted(affected(changed, paths)):
            print(f"\n{len(tests)} files: {' '.join(tests[:5])} …", flush=True)
            subprocess.run([sys.executable, "-m", "pytest", "-q", *tests], cwd=CHECKOUT, check=False)


def affected(changed: Iterable[Path], paths: list[str]) -> set[str]:
    """The test files that changed, or that import a changed file, directly or through others."""
    names = {module(file) for file in changed}
    own = {str(file.relative_to(CHECKOUT)) for file in changed if file.name.startswith("test_") and file.exists()}
    used = names | parts_that_use(names) | packages_that_use(names)
    using = {test for test in tests_among(paths) if imports(CHECKOUT / test) & used}
    return using | {test for test in own if within(test, paths)}


def module(file: Path) -> str:
    """The name by which a file is imported: those of `tests/support` and `tests/faults` have no package."""
    if file.is_relative_to(TESTS):
        return file.stem
    return ".".join(file.relative_to(CHECKOUT).with_suffix("").parts).removesuffix(".__init__")


def packages_that_use(names: set[str]) -> set[str]:
    graph = grimp.build_graph(*PACKAGES)
    return {user for name in names & graph.modules for user in graph.find_downstream_modules(name)}


def parts_that_use(names: set[str]) -> set[str]:
    """The support files that import a changed one, directly or through others."""
    parts = {part.stem: imports(part) for folder in ("support", "faults") for part in (TESTS / folder).glob("*.py")}
    found: set[str] = set()
    while more := {part for part, used in parts.items() if used & (names | found)} - found:
        found |= more
    return found


def tests_among(paths: list[str]) -> Iterator[str]:
    for file in TESTS.rglob("test_*.py"):
        name = str(file.relative_to(CHECKOUT))
        if within(name, paths) and (paths or not name.startswith(WAITING)):
            yield name


def within(test: str, paths: list[str]) -> bool:
    return not paths or any(test == path.rstrip(os.sep) or test.startswith(f"{path.rstrip(os.sep)}/") for path in paths)


def imports(file: Path) -> set[str]:
    """The modules that a file imports, by full name; `from a import b` may name a module a.b."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
