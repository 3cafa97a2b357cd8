"""The check that an Asterisk must pass before script/prepare uses it, on the one of this machine."""

from dataclasses import replace
from pathlib import Path

import asterisk_accept
import asterisk_check
import pytest
from asterisk_check import Unfit

from standardiste.settings import CHECKOUT
from standardiste.switchboard import asterisk


@pytest.fixture(scope="module")
def ours() -> asterisk_check.Asterisk:
    found = asterisk.find_asterisk()
    return asterisk_check.Asterisk(found.command, found.modules, found.documentation)


def installation(folder: Path, says: str) -> Path:
    """A program that tells a version, with what an installation has beside it."""
    program = folder / "sbin" / "asterisk"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho {says}\n")
    program.chmod(0o755)
    (folder / "lib" / "asterisk" / "modules").mkdir(parents=True)
    (folder / "share" / "asterisk" / "documentation").mkdir(parents=True)
    return program


def test_the_versions_are_those_that_the_product_starts() -> None:
    assert (asterisk_check.OLDEST, asterisk_check.TOO_NEW) == (
        asterisk.OLDEST_VERSION,
        asterisk.FIRST_UNSUPPORTED_VERSION,
    )
    oldest = ".".join(map(str, asterisk_check.OLDEST))
    assert f"{oldest} up to {asterisk_check.TOO_NEW[0] - 1}.x" == asterisk_check.ACCEPTED
    assert asterisk_check.ACCEPTED in (CHECKOUT / "packaging" / "asterisk" / "renew").read_text()


def test_what_is_needed_is_read_from_our_own_files() -> None:
    needed = asterisk_check.needs()

    assert {"app_queue.so", "chan_pjsip.so"} <= needed.modules
    assert {"AGI", "CELGenUserEvent", "Dial", "MSet", "Queue", "Read"} <= needed.applications
    assert {"CHANNEL", "CSV_QUOTE", "FILTER", "PJSIP_HEADER"} <= needed.functions
    assert {"reception", "overflow", "outbound"} <= needed.contexts


def test_the_asterisk_of_this_machine_passes(ours: asterisk_check.Asterisk) -> None:
    assert asterisk_check.check(ours).startswith("2")


def test_what_is_lacking_is_named_by_its_kind(ours: asterisk_check.Asterisk) -> None:
    needed = asterisk_check.needs()
    more = replace(
        needed,
        modules=needed.modules | {"app_nowhere.so"},
        applications=needed.applications | {"Nowhere"},
        functions=needed.functions | {"SHELL"},
        contexts=needed.contexts | {"nowhere"},
    )

    assert asterisk_check.lacks(ours, more) == [
        "the module app_nowhere.so",
        "the application Nowhere",
        "the function SHELL",
        "the context nowhere",
    ]


def test_one_that_does_not_start_is_refused(ours: asterisk_check.Asterisk, tmp_path: Path) -> None:
    with pytest.raises(Unfit, match="did not start with our modules"):
        asterisk_check.check(replace(ours, documentation=tmp_path))


@pytest.mark.parametrize("says", ["Asterisk 22.10.1", "Asterisk 22.12.0~dfsg", "Asterisk 23.0.0", "Asterisk 23.4.1"])
def test_these_versions_are_accepted(says: str, tmp_path: Path) -> None:
    found = asterisk_check.installed(str(installation(tmp_path, says)))

    assert asterisk_check.version(found) == says.removeprefix("Asterisk ").removesuffix("~dfsg")


@pytest.mark.parametrize("says", ["Asterisk 20.9.1", "Asterisk certified-22.8", "Asterisk 22.10.0", "Asterisk 24.0.0"])
def test_these_versions_are_refused_by_number(says: str, tmp_path: Path) -> None:
    found = asterisk_check.installed(str(installation(tmp_path, says)))

    with pytest.raises(Unfit, match=r"It is Asterisk \d+\.\d+.*22\.10\.1 up to 23\.x is accepted"):
        asterisk_check.version(found)


def test_what_is_no_asterisk_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unfit, match="does not tell its version"):
        asterisk_check.version(asterisk_check.installed(str(installation(tmp_path, "Hello"))))
    with pytest.raises(Unfit, match="no modules or no documentation"):
        asterisk_check.installed("/bin/true")
    with pytest.raises(Unfit, match="no program nowhere"):
        asterisk_check.installed("nowhere")
    with pytest.raises(Unfit, match="There is no Asterisk for"):
        asterisk_check.unpacked(tmp_path)


def test_one_of_this_machine_is_started_once_for_each_state_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, seen = installation(tmp_path / "usr", "Asterisk 23.1.0"), tmp_path / "asterisk.seen"
    started: list[object] = []
    monkeypatch.setattr(asterisk_check, "check", started.append)

    for _ in range(2):
        asterisk_accept.installed(str(program), seen)
    assert len(started) == 1

    (tmp_path / "usr/lib/asterisk/modules/app_new.so").touch()
    asterisk_accept.installed(str(program), seen)
    assert len(started) == 2


def test_one_of_this_machine_that_fails_is_named_and_not_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, seen = installation(tmp_path / "usr", "Asterisk 23.1.0"), tmp_path / "asterisk.seen"

    def lacks_something(asterisk: object) -> str:
        raise Unfit("It lacks the module app_queue.so.")

    monkeypatch.setattr(asterisk_check, "check", lacks_something)
    with pytest.raises(Unfit, match=rf"{program} is not used\. It lacks the module app_queue\.so\."):
        asterisk_accept.installed(str(program), seen)
    assert not seen.exists()


def test_the_unpacked_one_comes_before_that_of_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked = asterisk.Asterisk(("unpacked",), tmp_path, tmp_path, (22, 10, 1))
    monkeypatch.setattr(asterisk, "_find_unpacked", lambda: unpacked)
    monkeypatch.setattr(asterisk, "_find_installed", lambda program: replace(unpacked, command=("machine",)))

    assert asterisk.find_asterisk() is unpacked
