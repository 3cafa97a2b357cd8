"""The version is in pyproject.toml; files that cannot read it there repeat it."""

import re
import shutil
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

from standardiste.settings import CHECKOUT

COMPOSE = ("docker-compose.yml", "docker-compose.carrier.yml")
VERSION = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]["version"]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    (tmp_path / "script").mkdir()
    for name in ("script/version", "pyproject.toml", *COMPOSE):
        shutil.copy(CHECKOUT / name, tmp_path / name)
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([folder / "script" / "version", *arguments], capture_output=True, text=True, check=False)


def test_the_installed_package_and_the_script_have_the_version_of_the_project() -> None:
    assert version("standardiste") == VERSION
    assert run(CHECKOUT).stdout == f"{VERSION}\n"


@pytest.mark.parametrize("file", COMPOSE)
def test_compose_names_that_version_of_the_image_once(file: str) -> None:
    assert re.findall(r"standardiste:(\d[^\s\"]*)", (CHECKOUT / file).read_text()) == [VERSION]


def test_no_program_repeats_the_version() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    programs = [
        name
        for name in listed.split("\0")
        if (name.endswith(".py") and not name.startswith("tests/")) or name.startswith(("script/", "packaging/"))
    ]
    code = {name: re.sub(r'""".*?"""|#.*', "", (CHECKOUT / name).read_text(), flags=re.DOTALL) for name in programs}
    repeated = rf"(?<![\d.]){re.escape(VERSION)}(?![\d.])"
    assert [
        name for name, text in code.items() if name != "packaging/asterisk/asterisk.lock" and re.search(repeated, text)
    ] == []


def test_the_changelog_has_a_section_for_the_version() -> None:
    assert f"\n## [{VERSION}] - " in (CHECKOUT / "CHANGELOG.md").read_text()


def test_a_new_version_is_written_everywhere(copy: Path) -> None:
    before = {name: (copy / name).read_text() for name in ("pyproject.toml", *COMPOSE)}

    assert run(copy, "10.20.30").returncode == 0

    assert run(copy).stdout == "10.20.30\n"
    for name, text in before.items():
        assert (copy / name).read_text() == text.replace(f'version = "{VERSION}"', 'version = "10.20.30"').replace(
            f"standardiste:{VERSION}", "standardiste:10.20.30"
        )


@pytest.mark.parametrize("arguments", [("1.2",), ("1.2.3-rc1",), ("v1.2.3",), ("01.2.3",), ("1.2.3", "4.5.6")])
def test_an_invalid_version_is_refused_and_nothing_is_written(copy: Path, arguments: tuple[str, ...]) -> None:
    refused = run(copy, *arguments)

    assert (refused.returncode, refused.stderr) == (2, "usage: script/version [MAJOR.MINOR.PATCH]\n")
    assert run(copy).stdout == f"{VERSION}\n"


@pytest.mark.parametrize(
    "page",
    ["CHANGELOG.md", "SECURITY.md", "THIRD_PARTY_NOTICES.md", "docs/releases.md", "packaging/asterisk/asterisk.lock"],
)
def test_the_pages_about_versions_name_files_that_exist(page: str) -> None:
    text = (CHECKOUT / page).read_text()
    linked = {(CHECKOUT / page).parent / name for name in re.findall(r"\]\((?!https?:)([^)#]+)\)", text)}
    named = re.findall(r"(?<![\w./-])(?:script|requirements|packaging|tests|docs)/[\w./*-]+", text)

    assert [str(path) for path in linked if not path.exists()] == []
    assert [name for name in named if not any(CHECKOUT.glob(name.rstrip(".")))] == []
