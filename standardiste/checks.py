"""Whether the machine is as it should be."""

import shutil
from collections.abc import Iterable, Iterator

from records.verdict import Check
from standardiste.asterisk import AsteriskMissing
from standardiste.installation import Installation
from standardiste.server import asterisk_says

LEAST_FREE_BYTES = 1_000_000_000


def checks(house: Installation) -> Iterable[Check]:
    """Asterisk's version and state, the folders' rights, the disk."""
    yield from _asterisk(house)
    yield from _folders(house)
    free = shutil.disk_usage(house.settings.var).free
    if free < LEAST_FREE_BYTES:
        yield Check("disk", False, f"Only {free / 1e9:.1f} GB are free.", "Make room, or move the setting `var`.")
    else:
        yield Check("disk", True, f"{free / 1e9:.0f} GB are free.")


def _asterisk(house: Installation) -> Iterator[Check]:
    try:
        version = ".".join(map(str, house.asterisk.version))
    except AsteriskMissing as error:
        yield Check("asterisk", False, "No usable Asterisk.", str(error))
        return
    yield Check("asterisk", True, f"Asterisk {version}.")
    if "fully booted" in asterisk_says(house, "core waitfullybooted"):
        yield Check("switch", True, "Asterisk runs.")
    else:
        yield Check("switch", False, "Asterisk does not run: nobody is answered.", "Start the server: script/server.")


def _folders(house: Installation) -> Iterator[Check]:
    opened = [folder for folder in (house.settings.var, house.settings.etc) if folder.stat().st_mode & 0o077]
    if opened:
        names = " ".join(map(str, opened))
        yield Check("rights", False, f"Other users can read {names}.", f"chmod 700 {names}")
    else:
        yield Check("rights", True, "Only this user can read our files.")
