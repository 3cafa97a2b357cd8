"""The shell scripts, and the lists of packages."""

import re
import subprocess
from pathlib import Path

import pytest

from standardiste.settings import CHECKOUT

SCRIPTS = sorted([*(CHECKOUT / "script").iterdir(), CHECKOUT / ".ci" / "run"])
LOCKS = sorted((CHECKOUT / "requirements").glob("*.lock"))


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [CHECKOUT / name for name in listed.split("\0") if name and (CHECKOUT / name).is_file()]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_valid_and_executable_bash(script: Path) -> None:
    subprocess.run(["bash", "-n", script], check=True)
    assert script.stat().st_mode & 0o111
    assert script.read_text().startswith("#!/usr/bin/env bash\n")


@pytest.mark.parametrize("script", [s for s in SCRIPTS if s.name != "standardiste"], ids=lambda path: path.name)
def test_a_script_stops_at_its_first_failure(script: Path) -> None:
    assert "set -euo pipefail" in script.read_text()


def test_an_unknown_argument_of_prepare_is_a_usage_error() -> None:
    refused = subprocess.run(["script/prepare", "lunch"], cwd=CHECKOUT, capture_output=True, text=True, check=False)

    assert (refused.returncode, refused.stderr) == (2, "usage: script/prepare [test | postgres | bench]\n")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_each_locked_package_has_a_version_and_hashes(lock: Path) -> None:
    packages = re.split(r"\n(?=[a-z0-9])", "\n" + re.sub(r"(?m)^\s*#.*\n", "", lock.read_text()))[1:]

    assert len(packages) > 5
    for package in packages:
        assert re.match(r"[a-z0-9._-]+(\[[a-z0-9,-]+\])?==[^\s;]+", package), package.splitlines()[0]
        assert "--hash=sha256:" in package, package.splitlines()[0]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_names_no_index(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    assert not re.search(r"(?m)^\s*(-i|-f|--(extra-)?index-url|--find-links|--trusted-host)\b", text)


def test_no_file_names_a_package_registry_or_mirror() -> None:
    named = re.compile(rb"(?:pypi|pythonhosted|deb\.debian|snapshot\.debian|npmjs|docker)\.(?:org|com|io)\b", re.I)

    assert [path.name for path in tracked() if named.search(path.read_bytes())] == []


def test_no_secret_is_in_the_repository() -> None:
    names = {path.name for path in tracked()}
    assert not names & {".env", "standardiste.toml", "standardiste.sqlite3"}
