"""The record of Debian packages, and the messages of script/prepare when an archive has others."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import asterisk_accept
import asterisk_check
import asterisk_debs
import pytest
from asterisk_debs import Deb

from standardiste.settings import CHECKOUT

PROGRAMS = CHECKOUT / "packaging" / "asterisk"
LOCK = PROGRAMS / "asterisk.lock"
ASTERISK = Deb("1:22.10.1+dfsg-1", "amd64", "a" * 64)
LIBC = Deb("2.43-7", "amd64", "b" * 64)
RECORDED = {"asterisk": ASTERISK, "libc6": LIBC}


@pytest.fixture
def recorded_in(tmp_path: Path) -> Path:
    file = tmp_path / "asterisk.lock"
    file.write_text(asterisk_debs.format_record(RECORDED))
    return file


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asterisk_check, "find_unpacked", lambda folder: folder)
    monkeypatch.setattr(asterisk_check, "check", lambda asterisk: "23.1.0")


def unpacked(tmp_path: Path, **packages: Deb) -> Path:
    folder = tmp_path / "asterisk.new"
    folder.mkdir()
    (folder / "unpacked.debs").write_text(asterisk_debs.format_record(RECORDED | packages))
    return folder


# --- the record -------------------------------------------------------------------------------------------------------


def test_a_folder_of_packages_is_recorded_with_name_version_architecture_and_digest(tmp_path: Path) -> None:
    (tmp_path / "asterisk_1%3a22.10.1+dfsg-1_amd64.deb").write_bytes(b"asterisk")
    (tmp_path / "adduser_3.159_all.deb").write_bytes(b"adduser")
    (tmp_path / "lock").touch()

    printed = subprocess.run(
        [sys.executable, PROGRAMS / "asterisk_debs.py", tmp_path], capture_output=True, text=True, check=True
    ).stdout

    assert asterisk_debs.parse_record(printed) == {
        "adduser": Deb("3.159", "all", hashlib.sha256(b"adduser").hexdigest()),
        "asterisk": Deb("1:22.10.1+dfsg-1", "amd64", hashlib.sha256(b"asterisk").hexdigest()),
    }


def test_a_folder_without_packages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(asterisk_debs.UnreadableRecord, match=r"no \.deb file"):
        asterisk_debs.read_folder(tmp_path)


@pytest.mark.parametrize("line", ["asterisk 1:22.10.1", f"asterisk 1:22.10.1 amd64 {'a' * 63}", "<html>"])
def test_an_invalid_line_is_named(line: str) -> None:
    with pytest.raises(asterisk_debs.UnreadableRecord, match=re.escape(line)):
        asterisk_debs.parse_record(f"# a remark\n\n{line}\n")


def test_the_checked_in_record_has_an_accepted_asterisk_with_its_libraries() -> None:
    recorded = asterisk_debs.parse_record(LOCK.read_text())

    assert LOCK.read_text() == asterisk_debs.format_record(recorded)
    assert {"asterisk", "asterisk-modules", "libc6"} <= recorded.keys()
    version = re.match(r"\d+:(\d+)\.(\d+)\.(\d+)", recorded["asterisk"].version)
    assert version
    assert asterisk_check.OLDEST <= tuple(map(int, version.groups())) < asterisk_check.TOO_NEW


def test_the_checked_in_record_names_no_mirror() -> None:
    assert "://" not in LOCK.read_text()


# --- packages of the archive ------------------------------------------------------------------------------------------


def test_recorded_packages_are_accepted_without_a_message(tmp_path: Path, recorded_in: Path) -> None:
    assert asterisk_accept.accept_unpacked(unpacked(tmp_path), recorded_in) == []


@pytest.mark.usefixtures("passes")
def test_another_asterisk_that_passes_the_check_is_accepted_with_a_warning(tmp_path: Path, recorded_in: Path) -> None:
    folder = unpacked(tmp_path, asterisk=Deb("1:23.1.0+dfsg-1", "amd64", "c" * 64))

    [warning] = asterisk_accept.accept_unpacked(folder, recorded_in)

    assert warning == (
        "Warning: the unpacked Asterisk 23.1.0 (Debian's 1:23.1.0+dfsg-1) is not the recorded 1:22.10.1+dfsg-1; "
        "it passed our check."
    )


@pytest.mark.usefixtures("passes")
def test_a_warning_names_at_most_a_few_other_libraries(tmp_path: Path, recorded_in: Path) -> None:
    others = {f"lib{number}": Deb("1", "amd64", "d" * 64) for number in range(9)}
    [warning] = asterisk_accept.accept_unpacked(
        unpacked(tmp_path, libc6=Deb("2.44-1", "amd64", "c" * 64), **others), recorded_in
    )

    assert "10 of its 11 packages differ from the record" in warning
    assert "lib0 1 is not recorded" in warning and warning.endswith("; ...).")


@pytest.mark.usefixtures("passes")
def test_another_architecture_without_a_record_gives_a_warning(tmp_path: Path, recorded_in: Path) -> None:
    arm = {name: Deb(deb.version, "arm64", "e" * 64) for name, deb in RECORDED.items()}
    [warning] = asterisk_accept.accept_unpacked(unpacked(tmp_path, **arm), recorded_in)

    assert "for arm64, for which" in warning


def test_other_content_under_a_recorded_version_is_refused(tmp_path: Path, recorded_in: Path) -> None:
    folder = unpacked(tmp_path, libc6=Deb(LIBC.version, LIBC.architecture, "f" * 64))

    with pytest.raises(asterisk_check.UnsuitableAsterisk, match="same versions of libc6"):
        asterisk_accept.accept_unpacked(folder, recorded_in)


def test_an_asterisk_that_fails_the_check_is_refused_with_reason_and_remedy(
    tmp_path: Path, recorded_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacks_something(asterisk: object) -> str:
        raise asterisk_check.UnsuitableAsterisk(
            "Asterisk 23.1.0 lacks what the reception needs: the module app_queue.so."
        )

    monkeypatch.setattr(asterisk_check, "find_unpacked", lambda folder: folder)
    monkeypatch.setattr(asterisk_check, "check", lacks_something)
    folder = unpacked(tmp_path, asterisk=Deb("1:23.1.0+dfsg-1", "amd64", "c" * 64))

    with pytest.raises(asterisk_check.UnsuitableAsterisk) as refused:
        asterisk_accept.accept_unpacked(folder, recorded_in)

    assert "It now has asterisk 1:23.1.0+dfsg-1." in str(refused.value)
    assert "the module app_queue.so" in str(refused.value)
    assert "install an Asterisk 22.10.1 up to 23.x yourself" in str(refused.value)


@pytest.mark.parametrize("content", [None, "no record\n"])
def test_a_refusal_is_one_sentence_and_exit_code_1(tmp_path: Path, recorded_in: Path, content: str | None) -> None:
    folder = tmp_path / "asterisk.new"
    folder.mkdir()
    if content:
        (folder / "unpacked.debs").write_text(content)

    refused = subprocess.run(
        [sys.executable, PROGRAMS / "asterisk_accept.py", "unpacked", folder, recorded_in],
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1 and "Traceback" not in refused.stderr
