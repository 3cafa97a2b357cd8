"""packaging/asterisk/renew replaces the unpacked Asterisk or keeps the old one, with a simulated archive."""

import os
import shutil
import subprocess
from pathlib import Path

import asterisk_debs
import pytest
from asterisk_debs import Deb

from standardiste.settings import CHECKOUT

RECORDED = {name: Deb("1:22.10.1-1", "amd64", letter * 64) for name, letter in {"asterisk": "a", "libc6": "b"}.items()}
OTHER = RECORDED | {"asterisk": Deb("1:23.1.0-1", "amd64", "c" * 64)}
ALTERED = RECORDED | {"libc6": Deb("1:22.10.1-1", "amd64", "d" * 64)}

# Simulates mmdebstrap: creates what it would unpack, or fails as it does.
ARCHIVE = """#!/bin/sh
[ -e "$ARCHIVE" ] || { echo "E: no way to the archive"; exit 1; }
for folder; do :; done
mkdir -p "$folder/usr/sbin" && echo new >"$folder/usr/sbin/asterisk" && cp "$ARCHIVE" "$folder/unpacked.debs"
"""


class Checkout:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.copytree(CHECKOUT / "packaging" / "asterisk", folder / "packaging" / "asterisk")
        (folder / "packaging/asterisk/asterisk.lock").write_text(asterisk_debs.format_record(RECORDED))
        self.deps = folder / ".deps"
        (folder / "bin").mkdir()
        self.deps.mkdir()
        program = folder / "bin" / "mmdebstrap"
        program.write_text(ARCHIVE)
        program.chmod(0o755)

    def put_asterisk(self, content: str) -> None:
        (self.deps / "asterisk/usr/sbin").mkdir(parents=True)
        (self.deps / "asterisk/usr/sbin/asterisk").write_text(content)

    @property
    def asterisk(self) -> str | None:
        program = self.deps / "asterisk/usr/sbin/asterisk"
        return program.read_text().strip() if program.exists() else None

    @property
    def has_stamp(self) -> bool:
        return (self.deps / "asterisk.stamp").exists()

    def renew(self, archive: asterisk_debs.Record | None) -> subprocess.CompletedProcess[str]:
        file = self._folder / "archive"
        if archive is not None:
            file.write_text(asterisk_debs.format_record(archive))
        environment = os.environ | {"PATH": f"{self._folder / 'bin'}:{os.environ['PATH']}", "ARCHIVE": str(file)}
        command = [self._folder / "packaging/asterisk/renew", self.deps]
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert not (self.deps / "asterisk.new").exists()
        return result


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_the_recorded_asterisk_replaces_the_old_one(checkout: Checkout) -> None:
    checkout.put_asterisk("old")

    result = checkout.renew(RECORDED)

    assert (result.returncode, checkout.asterisk, checkout.has_stamp) == (0, "new", True)
    assert result.stderr == "Unpacking Asterisk from Debian (about 270 MB) ...\n"


@pytest.mark.parametrize(("archive", "why"), [(ALTERED, "other files"), (OTHER, "It now has asterisk 1:23.1.0-1.")])
def test_a_refused_asterisk_leaves_the_old_asterisk_and_is_not_fetched_again(
    checkout: Checkout, archive: asterisk_debs.Record, why: str
) -> None:
    checkout.put_asterisk("old")

    result = checkout.renew(archive)

    assert (result.returncode, checkout.asterisk, checkout.has_stamp) == (0, "old", True)
    assert why in result.stderr
    assert result.stderr.endswith("the reason is above. The Asterisk that was unpacked before stays in use.\n")


@pytest.mark.parametrize("archive", [ALTERED, OTHER])
def test_a_refused_asterisk_without_an_old_one_ends_with_exit_code_1(
    checkout: Checkout, archive: asterisk_debs.Record
) -> None:
    result = checkout.renew(archive)

    assert (result.returncode, checkout.asterisk, checkout.has_stamp) == (1, None, False)
    assert result.stderr.endswith("This machine has no other Asterisk, and without one no call can be answered.\n")


@pytest.mark.parametrize(("old", "code"), [("old", 0), (None, 1)])
def test_without_an_archive_the_old_asterisk_stays_and_the_next_run_tries_again(
    checkout: Checkout, old: str | None, code: int
) -> None:
    if old:
        checkout.put_asterisk(old)

    result = checkout.renew(None)

    assert (result.returncode, checkout.asterisk, checkout.has_stamp) == (code, old, False)
    assert "E: no way to the archive\nAsterisk could not be unpacked from Debian's archive" in result.stderr
