"""May this Asterisk be used? script/prepare asks; the answer is the exit code, and sentences on standard error.

    python3 asterisk_accept.py unpacked FOLDER RECORD   one that was just unpacked, with FOLDER/unpacked.debs
    python3 asterisk_accept.py installed PROGRAM SEEN   one of this machine; SEEN remembers which one passed

Exit code 0: yes. 1: no.
"""

import hashlib
import sys
from pathlib import Path

import asterisk_check
import asterisk_debs

NAMED = 5  # differences that a sentence names


def unpacked(folder: Path, recorded_in: Path) -> list[str]:
    """What is to be said of it. Raises Unfit, whose sentences say what to do."""
    found = asterisk_debs.read((folder / "unpacked.debs").read_text())
    recorded = asterisk_debs.read(recorded_in.read_text())
    if altered := asterisk_debs.other_content(found, recorded):
        raise asterisk_check.Unfit(
            f"The archive gave other files than {recorded_in} records for the same versions of {', '.join(altered)}. "
            "Debian never does that, so the mirror or its cache is damaged or not to be trusted: use another mirror. "
            "If you know why they differ, script/lock-asterisk records them anew."
        )
    differing = asterisk_debs.differences(found, recorded)
    if not differing:
        return []
    try:
        version = asterisk_check.check(asterisk_check.unpacked(folder))
    except asterisk_check.Unfit as why:
        raise asterisk_check.Unfit(
            f"Debian's archive no longer holds the packages that {recorded_in} records. {_at_present(found)} {why} "
            "Use a version of Standardiste that takes it, "
            f"or install an Asterisk {asterisk_check.ACCEPTED} yourself and run script/prepare again."
        ) from why
    return [_warning(version, found, recorded, differing, recorded_in)]


def installed(program: str, seen: Path) -> list[str]:
    """As `unpacked`. It is started once for each version of it and of our own files."""
    try:
        asterisk = asterisk_check.installed(program)
        state = f"{asterisk.command[0]} {asterisk_check.version(asterisk)} {_digest(asterisk)}\n"
        if not seen.exists() or seen.read_text() != state:
            asterisk_check.check(asterisk)
            seen.write_text(state)
    except asterisk_check.Unfit as why:
        raise asterisk_check.Unfit(f"{program} is not used. {why}") from why
    return []


def _at_present(found: asterisk_debs.Record) -> str:
    return f"It now has asterisk {found['asterisk'].version}." if "asterisk" in found else "It has no package asterisk."


def _warning(
    version: str, found: asterisk_debs.Record, recorded: asterisk_debs.Record, differing: list[str], recorded_in: Path
) -> str:
    ours, theirs = found["asterisk"], recorded.get("asterisk")
    if theirs and ours.architecture != theirs.architecture:
        return (
            f"Warning: Asterisk {version} is unpacked for {ours.architecture}, of which {recorded_in} records nothing; "
            "it passed our check."
        )
    if theirs and ours.version != theirs.version:
        return (
            f"Warning: Asterisk {version} (Debian's {ours.version}) is unpacked, which passed our check and is not the "
            f"recorded {theirs.version}."
        )
    some = "; ".join(differing[:NAMED]) + "; ..." * (len(differing) > NAMED)
    return (
        f"Warning: Asterisk {version} is unpacked as recorded and passed our check, with {len(differing)} "
        f"of its {len(found)} packages other than recorded ({some})."
    )


def _digest(asterisk: asterisk_check.Asterisk) -> str:
    """Changes when the program, one of its modules or one of our files does."""
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
        told = unpacked(Path(which), Path(file)) if kind == "unpacked" else installed(which, Path(file))
    except (asterisk_check.Unfit, asterisk_debs.Unreadable, OSError) as why:
        print(why, file=sys.stderr)
        return 1
    for sentence in told:
        print(sentence, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
