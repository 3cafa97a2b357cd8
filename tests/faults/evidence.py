"""Evidence that does not depend on our code: the operator's events, the database, the logs."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from carrier import Carrier
from reception import Reception

from caller.prompt_recognizer import Sound

CANARY = "Zorglub"  # the name of every caller, which no log may contain
TO_TRUNK = "PJSIP/trunk-"
CENTRE = "+33199008001"  # an overflow centre


@dataclass(frozen=True, slots=True)
class CallerExperience:
    """What one caller heard, and how the call ended.

    `timed`: `sounds` are in real time, so that silence counts. `fault_s`: when the fault began, in the seconds of
    `sounds`; `pressed_s`: when the caller pressed each key.
    """

    number: str
    sounds: tuple[Sound, ...]
    answered_s: float | None
    hung_up_on: bool
    fault_s: float = float("inf")
    timed: bool = True
    pressed_s: tuple[float, ...] = ()
    report: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call on record; `line` is E.164, None if withheld."""

    ref: str
    line: str | None
    ended: bool
    disposition: str | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that the invariants check.

    `invites` and `rings`: how often each number called us, and was called by us. `database`: its URL.
    `leftover_channels`: channels that Asterisk still has although no call is active.
    """

    experiences: tuple[CallerExperience, ...]
    invites: Counter[str]
    rings: Counter[str]
    database: str
    logs: tuple[Path, ...]
    canaries: tuple[str, ...]
    leftover_channels: int


def collect_evidence(
    reception: Reception, carrier: Carrier, lived: Iterable[CallerExperience], held: int = 0
) -> Evidence:
    settings = reception.settings
    calling = count_invites(carrier)
    logs = tuple(file for file in sorted(settings.log.rglob("*")) if file.is_file())
    national = [number.removeprefix("+33") for number in calling]
    return Evidence(
        tuple(lived), calling, count_rings(carrier), settings.sqlalchemy_url, logs, (CANARY, *national), held
    )


def count_invites(carrier: Carrier) -> Counter[str]:
    """INVITEs sent to our trunk, by caller (E.164)."""
    events = carrier.channel_events()
    caller = {event.ref: event.extra for event in events if event.kind == "CALLS"}
    sent = [event for event in events if event.kind == "CHAN_START" and event.channel.startswith(TO_TRUNK)]
    return Counter(caller[event.ref] for event in sent if event.ref in caller)


def count_rings(carrier: Carrier) -> Counter[str]:
    """How often we rang each number of the public network: SIP dialogs that came to ringing."""
    return Counter(dialog.number for dialog in carrier.trunk_dialogs() if dialog.rang and dialog.number != CENTRE)


def read_calls(database: str) -> list[CallRow]:
    rows = query(
        database, "SELECT ref, e164, ended_at IS NOT NULL, disposition FROM call LEFT JOIN line ON line.id = line_id"
    )
    return [CallRow(ref, line, bool(ended), ending) for ref, line, ended, ending in rows]


def messages_heard(database: str, number: str) -> list[dict[str, Any]]:
    """Each message that this caller heard, as recorded: `seconds`, `whole`, `version`."""
    of = "FROM call_event JOIN call ON call.ref = call_ref JOIN line ON line.id = line_id"
    rows = query(database, f"SELECT detail {of} WHERE kind = 'message_heard' AND e164 = ?", number)
    return [json.loads(detail) if isinstance(detail, str) else detail for (detail,) in rows]


def query(database: str, sql: str, *values: object) -> list[tuple]:
    """Reads from the database at this URL by its own driver, independently of our code."""
    if not is_sqlite(database):
        with psycopg.connect(database, autocommit=True) as connection:
            return connection.execute(sql.replace("?", "%s"), values).fetchall()  # type: ignore[call-overload]
    file = database.removeprefix("sqlite:///")
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)) as connection:
        return connection.execute(sql, values).fetchall()


def is_sqlite(database: str) -> bool:
    """Whether the database at this URL is a file of SQLite."""
    return database.startswith("sqlite:///")


def lines_of(file: Path) -> Iterator[str]:
    with file.open(errors="replace") as lines:
        yield from lines
