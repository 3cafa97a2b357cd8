"""Whether the machine is as it should be."""

import shutil
from collections.abc import Iterable, Iterator

from records.verdict import Check
from standardiste import supervision, trunk_states
from standardiste.asterisk import AsteriskMissing
from standardiste.installation import Installation
from standardiste.server import asterisk_says

LEAST_FREE_BYTES = 1_000_000_000


START = "Start the server: script/server."


def checks(house: Installation) -> Iterable[Check]:
    """Asterisk's version and state, the supervised parts, the folders' rights, the disk."""
    yield from _asterisk(house)
    if not house.settings.etc.exists():
        yield Check("folders", False, f"Nothing is prepared in {house.settings.var}.", START)
        return
    yield from _parts(house)
    yield from _folders(house)
    yield from _trunks(house)
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
        yield Check("switch", False, "Asterisk does not run: nobody is answered.", START)


def _parts(house: Installation) -> Iterator[Check]:
    """Where our own supervisor runs: another one, such as systemd, has its own word for the state of a part."""
    for part, state in supervision.states(house.settings).items():
        if state == "RUNNING":
            yield Check(f"part {part}", True, f"The part `{part}` runs.")
        else:
            log = house.settings.log / f"{part}.log"
            yield Check(f"part {part}", False, f"The part `{part}` does not run ({state}).", f"Read {log}.")


def _trunks(house: Installation) -> Iterator[Check]:
    """Each of the operators' trunks."""
    settings = house.settings
    for state in trunk_states.states(settings.trunks, lambda line: asterisk_says(house, line)):
        sentence, _, mend = state.fault.partition("; ")
        if state.fault:
            yield Check(f"trunk {state.name}", False, f"{sentence}.", f"{mend[:1].upper()}{mend[1:]}")
        else:
            yield Check(f"trunk {state.name}", True, f"The trunk {state.name}: {state.words}.")


def centres(house: Installation) -> Iterable[Check]:
    """Whether each of the plan's overflow centres can be called: by the trunk that it names, or by any."""
    trunks = house.settings.trunks
    for centre in house.plan.overflow.centres:
        name = f"centre {centre.name}"
        if centre.trunk and centre.trunk not in trunks:
            mend = "Name one of the settings in the plan, or add it: `standardiste trunk add`."
            yield Check(
                name,
                False,
                f"The plan's centre {centre.name} names the trunk {centre.trunk}, which is not there.",
                mend,
            )
        elif not trunks:
            yield Check(name, False, f"No trunk leads to the centre {centre.name}.", "See `standardiste trunk add`.")


def _folders(house: Installation) -> Iterator[Check]:
    opened = [folder for folder in (house.settings.var, house.settings.etc) if folder.stat().st_mode & 0o077]
    if opened:
        names = " ".join(map(str, opened))
        yield Check("rights", False, f"Other users can read {names}.", f"chmod 700 {names}")
    else:
        yield Check("rights", True, "Only this user can read our files.")
