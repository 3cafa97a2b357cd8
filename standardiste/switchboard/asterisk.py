"""The Asterisk program of this machine."""

import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from standardiste.checkout import CHECKOUT

OLDEST_VERSION = (22, 10, 1)  # it fixed twenty security advisories
_OLDEST_TEXT = ".".join(map(str, OLDEST_VERSION))
FIRST_UNSUPPORTED_VERSION = (24,)
UNPACKED_FOLDER = CHECKOUT / ".deps" / "asterisk"  # written by script/prepare


class AsteriskNotFound(Exception):
    """No Asterisk of a supported version; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Asterisk:
    """An installed program: `command`, to which Asterisk's options are appended, its modules and its XML documentation.

    Asterisk does not start without its documentation.
    """

    command: tuple[str, ...]
    modules: Path
    documentation: Path
    version: tuple[int, ...]


def find_asterisk(program: str = "") -> Asterisk:
    """The Asterisk named by the setting, else the unpacked one, else the machine's own; >= 22.10.1 and < 24.

    script/prepare unpacks one only where the machine's own does not pass its check, so the machine's own comes last.
    """
    candidates = [_find_installed(program)] if program else [_find_unpacked(), _find_installed("asterisk")]
    for candidate in filter(None, candidates):
        if OLDEST_VERSION <= candidate.version < FIRST_UNSUPPORTED_VERSION:
            return candidate
    if program:
        raise AsteriskNotFound(
            f"The setting `asterisk` names {program}, which is no Asterisk from {_OLDEST_TEXT} up to 23.x with its "
            "modules; name another, or leave the setting out."
        )
    raise AsteriskNotFound(
        f"No Asterisk from {_OLDEST_TEXT} up to 23.x here. Run script/prepare, which unpacks one, "
        "or name yours in the setting `asterisk`."
    )


def _find_installed(program: str) -> Asterisk | None:
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
    if not path:
        return None
    prefix = Path(path).resolve().parent.parent
    # Debian: /usr/lib/<arch>/asterisk/modules and /usr/share; built from source: /usr/lib/asterisk/modules and /var/lib
    modules = [*prefix.glob("lib/*/asterisk/modules"), *prefix.glob("lib*/asterisk/modules")]
    documentation = [prefix / "share/asterisk/documentation", Path("/var/lib/asterisk/documentation")]
    found = [folder for folder in documentation if folder.is_dir()]
    return _with_version((path,), modules[0], found[0]) if modules and found else None


def _find_unpacked() -> Asterisk | None:
    """The one from script/prepare. Its own loader starts it, because its C library may be newer than the machine's."""
    libraries = UNPACKED_FOLDER / "usr/lib" / f"{platform.machine()}-linux-gnu"
    loader = next(iter(libraries.glob("ld-linux-*.so.*")), None)
    if loader is None:
        return None
    command = (str(loader), "--library-path", str(libraries), str(UNPACKED_FOLDER / "usr/sbin/asterisk"))
    return _with_version(command, libraries / "asterisk/modules", UNPACKED_FOLDER / "usr/share/asterisk/documentation")


def _with_version(command: tuple[str, ...], modules: Path, documentation: Path) -> Asterisk | None:
    try:
        output = subprocess.run([*command, "-V"], capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):  # not a program of this machine
        return None
    found = re.search(r"Asterisk (?:certified-)?(\d+(?:\.\d+)*)", output)
    return Asterisk(command, modules, documentation, tuple(map(int, found[1].split(".")))) if found else None
