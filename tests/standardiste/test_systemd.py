"""The units of systemd."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from standardiste.cli import main
from standardiste.commands import MODULE_BY_COMMAND
from standardiste.parts.supervisord_control import EXIT_NO_RESTART
from standardiste.settings import CHECKOUT

FOLDER = CHECKOUT / "packaging" / "systemd"
SERVICES = sorted(FOLDER.glob("*.service"))
PROGRAM = "/opt/standardiste/.venv/bin/standardiste"


def commands(unit: Path) -> list[list[str]]:
    return [shlex.split(line) for line in re.findall(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)]


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.stem)
def test_each_unit_starts_a_command_that_exists(unit: Path) -> None:
    [(program, *arguments)] = commands(unit)

    assert program == PROGRAM
    assert main.get_command(click.Context(main), arguments[0]) is not None
    if arguments[0] == "guard":
        assert arguments[1:] == [unit.stem.removeprefix("standardiste-")]
        assert f"serve-{arguments[1]}" in main.list_commands(click.Context(main))
    else:
        assert len(arguments) == 1


def test_every_part_has_a_unit() -> None:
    parts = {name.removeprefix("serve-") for name in MODULE_BY_COMMAND if name.startswith("serve-")}
    units = {path.stem.removeprefix("standardiste-") for path in SERVICES}

    assert parts <= units


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.stem)
def test_each_unit_has_few_permissions_and_writes_only_our_folder(unit: Path) -> None:
    text = unit.read_text()
    for line in ("User=standardiste(-%i)?", "NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet="):
        assert re.search(rf"^{line}$", text, re.MULTILINE), line
    if "Type=simple" in text:
        assert f"RestartPreventExitStatus={EXIT_NO_RESTART}\n" in text
        assert "Restart=always\n" in text


def test_the_unit_of_one_organisation_touches_nothing_of_another() -> None:
    unit = (FOLDER / "standardiste@.service").read_text()

    for line in ("User=", "StateDirectory=", "Environment=", "EnvironmentFile=", "Description="):
        [value] = re.findall(rf"^{line}(.*)$", unit, re.MULTILINE)
        assert all("%i" in word for word in value.split() if "standardiste" in word.lower()) or line == "Description="
        assert "%i" in value


def test_no_unit_requires_another() -> None:
    assert [unit.stem for unit in SERVICES if "Requires=" in unit.read_text()] == []


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_analyze_finds_no_fault_in_the_units(tmp_path: Path) -> None:
    for unit in FOLDER.iterdir():
        (tmp_path / unit.name.replace("@.", "@organisation.")).write_text(
            unit.read_text().replace("/opt/standardiste", str(CHECKOUT))
        )
    names = [str(path) for path in sorted(tmp_path.iterdir())]

    said = subprocess.run(["systemd-analyze", "verify", *names], capture_output=True, text=True, check=False)

    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


def test_the_install_page_names_every_unit() -> None:
    page = (CHECKOUT / "docs" / "install-debian.md").read_text()
    units = [path.stem for path in FOLDER.iterdir()]

    assert [unit for unit in units if unit not in page] == []
