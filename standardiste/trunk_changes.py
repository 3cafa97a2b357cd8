"""Adding, changing and removing trunks: the row first, then Asterisk's files. Calls in progress are not disturbed."""

import re
from datetime import UTC, datetime

from records import trunks
from records.actor import Actor
from records.callbacks import staff_actions
from records.plan.reader import PlanReader
from records.secret_box import generate_key
from records.staff import agents
from records.trunks import StoredTrunk, TrunkInUse, TrunkUse
from standardiste.asterisk_reload import reload_asterisk
from standardiste.installation import Installation
from standardiste.trunk_key_file import ensure_key, open_box, read_keys, write_keys


def find_use(installation: Installation, name: str) -> TrunkUse:
    """Raises NotFound."""
    database = installation.database
    stored = trunks.list_trunks(database)
    chosen = trunks.get_trunk(database, name)
    others = [one.label for one in stored if one.name != name]
    carries = stored[0].name == name
    plan = PlanReader(database, installation.plan).read().plan
    return TrunkUse(
        tuple(centre.name for centre in plan.overflow.centres if centre.trunk == name),
        _count_calls(installation, chosen.name),
        len(staff_actions.list_open_callbacks(database)) if carries else 0,
        tuple(agent.name for agent in agents.list_agents(database) if agent.outside_number) if carries else (),
        others[0] if others else "",
    )


def add_trunk(installation: Installation, actor: Actor, new: StoredTrunk) -> None:
    """Raises Forbidden, TrunkExists, TooManyTrunks."""
    ensure_key(installation.settings.trunk_key_file)
    trunks.add_trunk(installation.database, actor, installation.secret_box, new, at=datetime.now(UTC))
    apply_trunk(installation, new.name)


def change_trunk(installation: Installation, actor: Actor, now: StoredTrunk, *, keeps_password: bool) -> None:
    """With `keeps_password` the stored password stays. Raises Forbidden, NotFound."""
    trunks.change_trunk(
        installation.database,
        actor,
        installation.secret_box,
        now,
        keeps_password=keeps_password,
        at=datetime.now(UTC),
    )
    apply_trunk(installation, now.name)


def put_first(installation: Installation, actor: Actor, name: str) -> None:
    """Lets the trunk carry callbacks and calls to agents' outside numbers. Raises Forbidden, NotFound."""
    trunks.put_first(installation.database, actor, name, at=datetime.now(UTC))
    reload_asterisk(installation)


def remove_trunk(installation: Installation, actor: Actor, name: str) -> StoredTrunk:
    """Calls that pass through it go on until they end. Raises Forbidden, NotFound, TrunkInUse."""
    use = find_use(installation, name)
    if use.centres:
        raise TrunkInUse(trunks.get_trunk(installation.database, name).label, use.centres)
    gone = trunks.remove_trunk(installation.database, actor, name, at=datetime.now(UTC))
    reload_asterisk(installation)
    return gone


def apply_trunk(installation: Installation, name: str) -> None:
    """Asterisk reads the trunk, and asks the operator at once: a registration that was refused is not waited for."""
    reload_asterisk(installation)
    ask_operator(installation, name)


def ask_operator(installation: Installation, name: str) -> None:
    """Registers again and sends OPTIONS."""
    trunk = trunks.get_trunk(installation.database, name, installation.secret_box).trunk
    if trunk.registers:
        installation.asterisk_cli.run(f"pjsip send register {name}")
    installation.asterisk_cli.run(f"pjsip qualify {name}")


def rotate_key(installation: Installation, actor: Actor) -> int:
    """A new key for all stored passwords; the old one no longer opens anything here. How many passwords there are.

    A backup that was made before is opened by the old key only. Raises Forbidden, SecretUnreadable.
    """
    file = installation.settings.trunk_key_file
    keys = [generate_key(), *read_keys(file)]
    write_keys(file, keys)  # with both, whatever is read meanwhile can be opened
    try:
        count = trunks.reseal_secrets(installation.database, actor, open_box(file), at=datetime.now(UTC))
    except BaseException:
        write_keys(file, keys[1:])
        raise
    write_keys(file, keys[:1])
    return count


def import_key(installation: Installation, keys: list[bytes]) -> int:
    """Adds keys of another copy of this installation; how many passwords can be read now.

    Raises SettingsError for something that is no key.
    """
    file = installation.settings.trunk_key_file
    before = read_keys(file)
    write_keys(file, [*before, *(key for key in keys if key not in before)])
    try:
        open_box(file)
    except Exception:
        write_keys(file, before)
        raise
    reload_asterisk(installation)
    stored = trunks.list_trunks(installation.database, installation.secret_box)
    return sum(one.trunk.registers for one in stored)


def _count_calls(installation: Installation, name: str) -> int:
    """The calls that pass through the trunk now; 0 when Asterisk does not run."""
    shown = installation.asterisk_cli.run("core show channels concise")
    return len(re.findall(rf"^PJSIP/{re.escape(name)}-[0-9a-f]+!", shown, re.MULTILINE))
