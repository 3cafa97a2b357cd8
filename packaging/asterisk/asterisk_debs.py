"""The record of Debian packages that Asterisk is unpacked from: written, read and compared.

    python3 asterisk_debs.py FOLDER      prints the record of the .deb files in a folder

Needs nothing but Python, since script/prepare may run it before the virtual environment is there.
"""

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

HEADER = """\
# Asterisk from Debian's unstable suite, and the packages that it needs. script/prepare unpacks them and compares.
# script/lock-asterisk writes this file anew.
# package  version  architecture  SHA-256 of the .deb file
"""


@dataclass(frozen=True, slots=True)
class Deb:
    version: str
    architecture: str
    sha256: str


Record = dict[str, Deb]  # by the name of the package


class Unreadable(Exception):
    """This is no record; str() says where it goes wrong."""


def of_folder(folder: Path) -> Record:
    """apt names its files package_version_architecture.deb, and writes the colon of a version as %3a."""
    found = {}
    for file in sorted(folder.glob("*.deb")):
        parts = unquote(file.stem).split("_")
        if len(parts) != 3:
            raise Unreadable(f"{file.name} is not named as apt names its files.")
        found[parts[0]] = Deb(parts[1], parts[2], hashlib.sha256(file.read_bytes()).hexdigest())
    if not found:
        raise Unreadable(f"There is no .deb file in {folder}.")
    return found


def written(record: Record) -> str:
    rows = (f"{name} {deb.version} {deb.architecture} {deb.sha256}\n" for name, deb in sorted(record.items()))
    return HEADER + "".join(rows)


def read(text: str) -> Record:
    found = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split()
        if len(words) != 4 or len(words[3]) != 64:
            raise Unreadable(f"No package, version, architecture and SHA-256: {line}")
        found[words[0]] = Deb(*words[1:])
    return found


def other_content(unpacked: Record, recorded: Record) -> list[str]:
    """Packages whose version is the recorded one and whose content is not. Debian gives new content a new version."""
    return [
        name
        for name, deb in unpacked.items()
        if name in recorded
        and (deb.version, deb.architecture) == (recorded[name].version, recorded[name].architecture)
        and deb.sha256 != recorded[name].sha256
    ]


def differences(unpacked: Record, recorded: Record) -> list[str]:
    """One phrase for each package that is not as recorded."""
    told = []
    for name in sorted(unpacked.keys() | recorded.keys()):
        ours, theirs = unpacked.get(name), recorded.get(name)
        if ours == theirs:
            continue
        if ours is None:
            told.append(f"{name} is recorded and not there")
        elif theirs is None:
            told.append(f"{name} {ours.version} is not recorded")
        elif ours.version != theirs.version:
            told.append(f"{name} {ours.version} instead of {theirs.version}")
        elif ours.architecture != theirs.architecture:
            told.append(f"{name} for {ours.architecture} instead of {theirs.architecture}")
        else:
            told.append(f"{name} {ours.version} with other content")
    return told


if __name__ == "__main__":
    sys.stdout.write(written(of_folder(Path(sys.argv[1]))))
