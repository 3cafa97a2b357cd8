"""The record of the Debian packages from which Asterisk is unpacked: writing, reading and comparing it.

    python3 asterisk_debs.py FOLDER      prints the record of the .deb files in a folder

It needs only Python, because script/prepare may run it before the virtual environment exists.
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


class UnreadableRecord(Exception):
    """The text or folder is not a valid record; str() names what is wrong."""


def read_folder(folder: Path) -> Record:
    """The record of the .deb files in a folder. Raises UnreadableRecord.

    apt names them package_version_architecture.deb and writes the colon of a version as %3a.
    """
    found = {}
    for file in sorted(folder.glob("*.deb")):
        parts = unquote(file.stem).split("_")
        if len(parts) != 3:
            raise UnreadableRecord(f"{file.name} does not have a name as apt gives it.")
        found[parts[0]] = Deb(parts[1], parts[2], hashlib.sha256(file.read_bytes()).hexdigest())
    if not found:
        raise UnreadableRecord(f"There is no .deb file in {folder}.")
    return found


def format_record(record: Record) -> str:
    """The text of the record, with its header."""
    rows = (f"{name} {deb.version} {deb.architecture} {deb.sha256}\n" for name, deb in sorted(record.items()))
    return HEADER + "".join(rows)


def parse_record(text: str) -> Record:
    """The record in this text. Raises UnreadableRecord."""
    found = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split()
        if len(words) != 4 or len(words[3]) != 64:
            raise UnreadableRecord(f"This line is not a package, version, architecture and SHA-256: {line}")
        found[words[0]] = Deb(*words[1:])
    return found


def find_altered(unpacked: Record, recorded: Record) -> list[str]:
    """Packages with the recorded version but other content, which Debian never publishes."""
    return [
        name
        for name, deb in unpacked.items()
        if name in recorded
        and (deb.version, deb.architecture) == (recorded[name].version, recorded[name].architecture)
        and deb.sha256 != recorded[name].sha256
    ]


def list_differences(unpacked: Record, recorded: Record) -> list[str]:
    """One phrase for each package that differs from the record."""
    phrases = []
    for name in sorted(unpacked.keys() | recorded.keys()):
        ours, theirs = unpacked.get(name), recorded.get(name)
        if ours == theirs:
            continue
        if ours is None:
            phrases.append(f"{name} is recorded but missing")
        elif theirs is None:
            phrases.append(f"{name} {ours.version} is not recorded")
        elif ours.version != theirs.version:
            phrases.append(f"{name} {ours.version} instead of {theirs.version}")
        elif ours.architecture != theirs.architecture:
            phrases.append(f"{name} for {ours.architecture} instead of {theirs.architecture}")
        else:
            phrases.append(f"{name} {ours.version} with other content")
    return phrases


if __name__ == "__main__":
    sys.stdout.write(format_record(read_folder(Path(sys.argv[1]))))
