"""Which Asterisk runs here, and how it is started."""

import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from standardiste.settings import CHECKOUT

OLDEST = (22, 10, 1)  # it mended twenty advisories
_OLDEST = ".".join(map(str, OLDEST))
TOO_NEW = (23,)
UNPACKED = CHECKOUT / ".deps" / "asterisk"  # made by script/prepare


class AsteriskMissing(Exception):
    """No Asterisk of an accepted version; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Asterisk:
    """A program that can be started: `command` takes Asterisk's own options after it.

    `documentation`: its XML files, without which it refuses to start.
    """

    command: tuple[str, ...]
    modules: Path
    documentation: Path
    version: tuple[int, ...]


def find(program: str = "") -> Asterisk:
    """The Asterisk named by the setting, else the machine's own, else the unpacked one; >= 22.10.1 and < 23."""
    candidates = [_installed(program)] if program else [_installed("asterisk"), _unpacked()]
    for candidate in filter(None, candidates):
        if OLDEST <= candidate.version < TOO_NEW:
            return candidate
    if program:
        raise AsteriskMissing(
            f"The setting `asterisk` names {program}, which is no Asterisk from {_OLDEST} up to 22.x with its modules; "
            "name another, or leave the setting out."
        )
    raise AsteriskMissing(
        f"No Asterisk from {_OLDEST} up to 22.x here. Run script/prepare, which unpacks one, "
        "or name yours in the setting `asterisk`."
    )


def _installed(program: str) -> Asterisk | None:
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
    if not path:
        return None
    prefix = Path(path).resolve().parent.parent
    # Debian: /usr/lib/<arch>/asterisk/modules and /usr/share; built from source: /usr/lib/asterisk/modules and /var/lib
    modules = [*prefix.glob("lib/*/asterisk/modules"), *prefix.glob("lib*/asterisk/modules")]
    documentation = [prefix / "share/asterisk/documentation", Path("/var/lib/asterisk/documentation")]
    found = [folder for folder in documentation if folder.is_dir()]
    return _versioned((path,), modules[0], found[0]) if modules and found else None


def _unpacked() -> Asterisk | None:
    """The one from script/prepare: started through its own loader, since its C library is newer than the machine's."""
    libraries = UNPACKED / "usr/lib" / f"{platform.machine()}-linux-gnu"
    loader = next(iter(libraries.glob("ld-linux-*.so.*")), None)
    if loader is None:
        return None
    command = (str(loader), "--library-path", str(libraries), str(UNPACKED / "usr/sbin/asterisk"))
    return _versioned(command, libraries / "asterisk/modules", UNPACKED / "usr/share/asterisk/documentation")


def _versioned(command: tuple[str, ...], modules: Path, documentation: Path) -> Asterisk | None:
    try:
        said = subprocess.run([*command, "-V"], capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):  # no program of this machine, or none that is meant
        return None
    found = re.search(r"Asterisk (?:certified-)?(\d+(?:\.\d+)*)", said)
    return Asterisk(command, modules, documentation, tuple(map(int, found[1].split(".")))) if found else None
