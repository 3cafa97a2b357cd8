"""Asterisk is unpacked anew, or the old one stays, and a sentence says which: by a pretended archive."""

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

# Stands for an archive: makes what mmdebstrap unpacks, or fails as it does.
ARCHIVE = """#!/bin/sh
[ -e "$ARCHIVE" ] || { echo "E: no way to the archive"; exit 1; }
for folder; do :; done
mkdir -p "$folder/usr/sbin" && echo new >"$folder/usr/sbin/asterisk" && cp "$ARCHIVE" "$folder/unpacked.debs"
"""


class Checkout:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.copytree(CHECKOUT / "packaging" / "asterisk", folder / "packaging" / "asterisk")
        (folder / "packaging/asterisk/asterisk.lock").write_text(asterisk_debs.written(RECORDED))
        self.deps = folder / ".deps"
        (folder / "bin").mkdir()
        self.deps.mkdir()
        program = folder / "bin" / "mmdebstrap"
        program.write_text(ARCHIVE)
        program.chmod(0o755)

    def has(self, content: str) -> None:
        (self.deps / "asterisk/usr/sbin").mkdir(parents=True)
        (self.deps / "asterisk/usr/sbin/asterisk").write_text(content)

    @property
    def used(self) -> str | None:
        program = self.deps / "asterisk/usr/sbin/asterisk"
        return program.read_text().strip() if program.exists() else None

    @property
    def looked_at(self) -> bool:
        return (self.deps / "asterisk.stamp").exists()

    def renew(self, archive: asterisk_debs.Record | None) -> subprocess.CompletedProcess[str]:
        file = self._folder / "archive"
        if archive is not None:
            file.write_text(asterisk_debs.written(archive))
        environment = os.environ | {"PATH": f"{self._folder / 'bin'}:{os.environ['PATH']}", "ARCHIVE": str(file)}
        command = [self._folder / "packaging/asterisk/renew", self.deps]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert not (self.deps / "asterisk.new").exists()
        return done


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_the_recorded_one_takes_the_place_of_the_old_one(checkout: Checkout) -> None:
    checkout.has("old")

    done = checkout.renew(RECORDED)

    assert (done.returncode, checkout.used, checkout.looked_at) == (0, "new", True)
    assert done.stderr == "Unpacking Asterisk from Debian (about 270 MB) ...\n"


@pytest.mark.parametrize(("archive", "why"), [(ALTERED, "other files"), (OTHER, "It now has asterisk 1:23.1.0-1.")])
def test_one_that_is_refused_leaves_the_old_one_and_is_not_fetched_again(
    checkout: Checkout, archive: asterisk_debs.Record, why: str
) -> None:
    checkout.has("old")

    done = checkout.renew(archive)

    assert (done.returncode, checkout.used, checkout.looked_at) == (0, "old", True)
    assert why in done.stderr
    assert done.stderr.endswith("the reason is above. The Asterisk that was unpacked before stays in use.\n")


@pytest.mark.parametrize("archive", [ALTERED, OTHER])
def test_one_that_is_refused_where_none_was_stops_with_a_sentence(
    checkout: Checkout, archive: asterisk_debs.Record
) -> None:
    done = checkout.renew(archive)

    assert (done.returncode, checkout.used, checkout.looked_at) == (1, None, False)
    assert done.stderr.endswith("This machine has no other Asterisk, and without one no call can be answered.\n")


@pytest.mark.parametrize(("old", "code"), [("old", 0), (None, 1)])
def test_without_an_archive_the_old_one_stays_and_the_next_time_it_is_tried_again(
    checkout: Checkout, old: str | None, code: int
) -> None:
    if old:
        checkout.has(old)

    done = checkout.renew(None)

    assert (done.returncode, checkout.used, checkout.looked_at) == (code, old, False)
    assert "E: no way to the archive\nAsterisk could not be unpacked from Debian's archive" in done.stderr
