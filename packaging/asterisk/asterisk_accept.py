"""Decides for script/prepare whether an Asterisk may be used. Reasons and warnings go to standard error.

    python3 asterisk_accept.py unpacked FOLDER RECORD      one that was just unpacked, with FOLDER/unpacked.debs
    python3 asterisk_accept.py installed PROGRAM ACCEPTED  one of this machine; the file ACCEPTED notes which one passed

Exit code 0: yes. 1: no.
"""

import hashlib
import sys
from pathlib import Path

import asterisk_check
import asterisk_debs

MAX_NAMED = 5  # differences listed in one sentence


def accept_unpacked(folder: Path, recorded_in: Path) -> list[str]:
    """Warnings about the packages that were unpacked. Raises UnsuitableAsterisk, whose sentences say what to do."""
    found = asterisk_debs.parse_record((folder / "unpacked.debs").read_text())
    recorded = asterisk_debs.parse_record(recorded_in.read_text())
    if altered := asterisk_debs.find_altered(found, recorded):
        raise asterisk_check.UnsuitableAsterisk(
            f"The archive delivered other files than {recorded_in} records for the same versions of "
            f"{', '.join(altered)}. "
            "Debian never does that, so the mirror or its cache is damaged or not to be trusted: use another mirror. "
            "If you know why they differ, script/lock-asterisk records the new ones."
        )
    differences = asterisk_debs.list_differences(found, recorded)
    if not differences:
        return []
    try:
        version = asterisk_check.check(asterisk_check.find_unpacked(folder))
    except asterisk_check.UnsuitableAsterisk as error:
        raise asterisk_check.UnsuitableAsterisk(
            f"Debian's archive no longer has the packages that {recorded_in} records. "
            f"{_archive_sentence(found)} {error} "
            "Use a version of Standardiste that accepts it, "
            f"or install an Asterisk {asterisk_check.ACCEPTED} yourself and run script/prepare again."
        ) from error
    return [_warning(version, found, recorded, differences, recorded_in)]


def accept_installed(program: str, accepted_file: Path) -> list[str]:
    """Like `accept_unpacked`. The check runs once for each state of the program and of our own files."""
    try:
        asterisk = asterisk_check.find_installed(program)
        state = f"{asterisk.command[0]} {asterisk_check.read_version(asterisk)} {_digest(asterisk)}\n"
        if not accepted_file.exists() or accepted_file.read_text() != state:
            asterisk_check.check(asterisk)
            accepted_file.write_text(state)
    except asterisk_check.UnsuitableAsterisk as error:
        raise asterisk_check.UnsuitableAsterisk(f"{program} is not used. {error}") from error
    return []


def _archive_sentence(found: asterisk_debs.Record) -> str:
    return f"It now has asterisk {found['asterisk'].version}." if "asterisk" in found else "It has no package asterisk."


def _warning(
    version: str, found: asterisk_debs.Record, recorded: asterisk_debs.Record, differences: list[str], recorded_in: Path
) -> str:
    ours, theirs = found["asterisk"], recorded.get("asterisk")
    if theirs and ours.architecture != theirs.architecture:
        return (
            f"Warning: Asterisk {version} is unpacked for {ours.architecture}, for which {recorded_in} has no record; "
            "it passed our check."
        )
    if theirs and ours.version != theirs.version:
        return (
            f"Warning: the unpacked Asterisk {version} (Debian's {ours.version}) is not the recorded {theirs.version}; "
            "it passed our check."
        )
    some = "; ".join(differences[:MAX_NAMED]) + "; ..." * (len(differences) > MAX_NAMED)
    return (
        f"Warning: Asterisk {version} is unpacked as recorded and passed our check, but {len(differences)} "
        f"of its {len(found)} packages differ from the record ({some})."
    )


def _digest(asterisk: asterisk_check.Asterisk) -> str:
    """A digest that changes with the program, its modules and our files."""
    ours = [
        *(asterisk_check.CHECKOUT / "asterisk-conf").iterdir(),
        *(asterisk_check.CHECKOUT / "dialplan").glob("*.conf"),
    ]
    digest = hashlib.sha256()
    for file in sorted(ours):
        digest.update(file.read_bytes())
    for file in [Path(asterisk.command[0]), *sorted(asterisk.modules.iterdir())]:
        at = file.stat()
        digest.update(f"{file.name} {at.st_size} {at.st_mtime_ns}".encode())
    return digest.hexdigest()


def main(kind: str, which: str, file: str) -> int:
    try:
        warnings = (
            accept_unpacked(Path(which), Path(file)) if kind == "unpacked" else accept_installed(which, Path(file))
        )
    except (asterisk_check.UnsuitableAsterisk, asterisk_debs.UnreadableRecord, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    for sentence in warnings:
        print(sentence, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
