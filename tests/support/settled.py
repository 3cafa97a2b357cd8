"""Whether a reception serves what its database holds, and whether all that happened in it is on record.

What happens reaches the database by two ways, a moment later: our own code writes behind the calls, and the switch
process reads Asterisk's channel event log.
"""

import csv
from pathlib import Path

import agi_peers

from agi import snapshot_file
from ami.cel import log as cel_log
from ami.cel.reader import CURSOR_PREFIX
from dialplan import names
from records import overrides
from records.calls import cel_cursor
from records.database.engine import Database
from records.errors import RecordsError
from records.messages import message_versions
from records.plan import plan_versions
from standardiste.installation import Installation
from standardiste.settings import Settings

NOBODY = f"{names.AGI_PRESENCE}\nagi_arg_2: nobody\nagi_arg_3: ready"
"""A request whose answer waits for its own write, which changes nothing, and so for all that are before it."""
ANSWER_S = 2.0
CONNECTED, HALF_CLOSED = "01", "08"  # /proc/net/tcp


def is_served(settings: Settings, database: Database) -> bool:
    """Whether the FastAGI worker has read the plan, overrides and messages in force."""
    try:
        served = snapshot_file.load(settings.config_snapshot_file)
        version = plan_versions.get_current_version(database)
        messages = {name: message_versions.list_versions(database, name) for name in served.messages}
        in_force = overrides.list_overrides(database)
    except (OSError, ValueError, RecordsError):
        return False
    is_in_force = version is not None and served.plan_version == version.version
    return is_in_force and served.overrides == in_force and served.messages == messages


def is_recorded(installation: Installation) -> bool:
    """Whether no call is active, and all that happened in the calls so far is in the database."""
    return (
        "0 active channels" in installation.asterisk_cli.run("core show channels count")
        and is_written_behind(installation.settings)
        and _is_log_read(installation.settings.asterisk_spool / "channel-events.csv", installation.database)
        and not any((installation.settings.asterisk_spool / "voicemail").glob("*.wav"))
    )


def is_written_behind(settings: Settings) -> bool:
    """Whether the FastAGI worker serves nobody, and has written everything; True as well while it does not run."""
    if _has_sessions(settings.agi_port):
        return False
    try:
        answer = agi_peers.Peer(("127.0.0.1", settings.agi_port), NOBODY)
    except ConnectionRefusedError:
        return True
    with answer.socket:
        answer.socket.settimeout(ANSWER_S)
        try:
            while answer.receive():
                answer.respond()
        except TimeoutError:  # it is frozen
            return False
    return not any(file.read_bytes()[:1].strip(b"\0") for file in settings.write_behind_spool.glob("*.journal"))


def _has_sessions(port: int) -> bool:
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(row[1].endswith(f":{port:04X}") and row[3] in (CONNECTED, HALF_CLOSED) for row in rows)


def _is_log_read(log: Path, database: Database) -> bool:
    """Whether Asterisk has logged the end of each call that it logged the beginning of, and the switch has read it."""
    if log.with_suffix(".old").exists():
        return False
    if not (identity := cel_log.file_identity(log)):
        return True
    written = log.read_bytes()
    events = [(row[0], row[2]) for row in csv.reader(written.decode().splitlines())]
    begun, ended = ({call for kind, call in events if kind == of} for of in ("CHAN_START", "LINKEDID_END"))
    return begun <= ended and cel_cursor.get_position(database, f"{CURSOR_PREFIX}{identity}") == len(written)
