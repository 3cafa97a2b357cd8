"""The check that an Asterisk must pass before script/prepare uses it, on the Asterisk of this machine."""

from dataclasses import replace
from pathlib import Path

import asterisk_accept
import asterisk_check
import pytest
from asterisk_check import UnsuitableAsterisk

from standardiste.settings import CHECKOUT
from standardiste.switchboard import asterisk


@pytest.fixture(scope="module")
def ours() -> asterisk_check.Asterisk:
    found = asterisk.find_asterisk()
    return asterisk_check.Asterisk(found.command, found.modules, found.documentation)


def installation(folder: Path, says: str) -> Path:
    """The program of a simulated installation, which prints this version line."""
    program = folder / "sbin" / "asterisk"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho {says}\n")
    program.chmod(0o755)
    (folder / "lib" / "asterisk" / "modules").mkdir(parents=True)
    (folder / "share" / "asterisk" / "documentation").mkdir(parents=True)
    return program


def test_the_accepted_versions_are_those_that_the_server_starts() -> None:
    assert (asterisk_check.OLDEST, asterisk_check.TOO_NEW) == (
        asterisk.OLDEST_VERSION,
        asterisk.FIRST_UNSUPPORTED_VERSION,
    )
    oldest = ".".join(map(str, asterisk_check.OLDEST))
    assert f"{oldest} up to {asterisk_check.TOO_NEW[0] - 1}.x" == asterisk_check.ACCEPTED
    assert asterisk_check.ACCEPTED in (CHECKOUT / "packaging" / "asterisk" / "renew").read_text()


def test_requirements_are_read_from_our_own_files() -> None:
    required = asterisk_check.read_requirements()

    assert {"app_queue.so", "chan_pjsip.so"} <= required.modules
    assert {"AGI", "CELGenUserEvent", "Dial", "MSet", "Queue", "Read"} <= required.applications
    assert {"CHANNEL", "CSV_QUOTE", "FILTER", "PJSIP_HEADER"} <= required.functions
    assert {"reception", "overflow", "outbound"} <= required.contexts


def test_the_asterisk_of_this_machine_passes(ours: asterisk_check.Asterisk) -> None:
    assert asterisk_check.check(ours).startswith("2")


def test_missing_things_are_named_with_their_kind(ours: asterisk_check.Asterisk) -> None:
    required = asterisk_check.read_requirements()
    more = replace(
        required,
        modules=required.modules | {"app_nowhere.so"},
        applications=required.applications | {"Nowhere"},
        functions=required.functions | {"SHELL"},
        contexts=required.contexts | {"nowhere"},
    )

    assert asterisk_check.find_missing(ours, more) == [
        "the module app_nowhere.so",
        "the application Nowhere",
        "the function SHELL",
        "the context nowhere",
    ]


def test_an_asterisk_that_does_not_start_is_refused(ours: asterisk_check.Asterisk, tmp_path: Path) -> None:
    with pytest.raises(UnsuitableAsterisk, match="did not start with our modules"):
        asterisk_check.check(replace(ours, documentation=tmp_path))


@pytest.mark.parametrize("says", ["Asterisk 22.10.1", "Asterisk 22.12.0~dfsg", "Asterisk 23.0.0", "Asterisk 23.4.1"])
def test_these_versions_are_accepted(says: str, tmp_path: Path) -> None:
    found = asterisk_check.find_installed(str(installation(tmp_path, says)))

    assert asterisk_check.read_version(found) == says.removeprefix("Asterisk ").removesuffix("~dfsg")


@pytest.mark.parametrize("says", ["Asterisk 20.9.1", "Asterisk certified-22.8", "Asterisk 22.10.0", "Asterisk 24.0.0"])
def test_these_versions_are_refused_by_number(says: str, tmp_path: Path) -> None:
    found = asterisk_check.find_installed(str(installation(tmp_path, says)))

    with pytest.raises(UnsuitableAsterisk, match=r"It is Asterisk \d+\.\d+.*accepted is 22\.10\.1 up to 23\.x"):
        asterisk_check.read_version(found)


def test_a_program_that_is_not_asterisk_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsuitableAsterisk, match="does not print its version"):
        asterisk_check.read_version(asterisk_check.find_installed(str(installation(tmp_path, "Hello"))))
    with pytest.raises(UnsuitableAsterisk, match="no modules or no documentation"):
        asterisk_check.find_installed("/bin/true")
    with pytest.raises(UnsuitableAsterisk, match="no program nowhere"):
        asterisk_check.find_installed("nowhere")
    with pytest.raises(UnsuitableAsterisk, match="There is no Asterisk for"):
        asterisk_check.find_unpacked(tmp_path)


def test_an_installed_asterisk_is_checked_once_for_each_state_of_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, seen = installation(tmp_path / "usr", "Asterisk 23.1.0"), tmp_path / "asterisk.seen"
    started: list[object] = []
    monkeypatch.setattr(asterisk_check, "check", started.append)

    for _ in range(2):
        asterisk_accept.accept_installed(str(program), seen)
    assert len(started) == 1

    (tmp_path / "usr/lib/asterisk/modules/app_new.so").touch()
    asterisk_accept.accept_installed(str(program), seen)
    assert len(started) == 2


def test_an_installed_asterisk_that_fails_the_check_is_not_noted_as_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, seen = installation(tmp_path / "usr", "Asterisk 23.1.0"), tmp_path / "asterisk.seen"

    def lacks_something(asterisk: object) -> str:
        raise UnsuitableAsterisk("It lacks the module app_queue.so.")

    monkeypatch.setattr(asterisk_check, "check", lacks_something)
    with pytest.raises(UnsuitableAsterisk, match=rf"{program} is not used\. It lacks the module app_queue\.so\."):
        asterisk_accept.accept_installed(str(program), seen)
    assert not seen.exists()


def test_the_unpacked_asterisk_has_precedence_over_the_installed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked = asterisk.Asterisk(("unpacked",), tmp_path, tmp_path, (22, 10, 1))
    monkeypatch.setattr(asterisk, "_find_unpacked", lambda: unpacked)
    monkeypatch.setattr(asterisk, "_find_installed", lambda program: replace(unpacked, command=("machine",)))

    assert asterisk.find_asterisk() is unpacked
