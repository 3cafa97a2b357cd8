"""Erasures that somebody asked for: each is a row that says which of its steps is done.

Whom to look for in files is known to the row as well, encrypted, once the database holds nothing else of them: so an
erasure that was interrupted between any two steps is completed by whichever process goes on.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, RowMapping, delete, insert, or_, select, update

from records import changes
from records.actor import Actor
from records.contacts.contact_cards import get_card
from records.database.engine import Database, hash_number
from records.database.get_or_create import get_or_create
from records.errors import NotFound, RecordsError
from records.retention import erasure, erasure_ledger
from records.retention.erasure import Person
from records.schema import ErasureJob as Jobs
from routing.access.permissions import Permission, Role

if TYPE_CHECKING:
    from records.secret_box import SecretBox

ASK_KIND, WITHDRAW_KIND = "contact.ask_erasure", "contact.keep"
LEASE = "erasure"
"""Who holds it does the steps."""
RETRY_AFTER = timedelta(minutes=1)
"""How long after a failed step an erasure is tried again."""
KEPT = timedelta(days=30)
"""How long a finished erasure, and what it could not reach, can be read."""


class ErasureStep(StrEnum):
    """What is done, in this order; doing a step again changes nothing."""

    ASKED = "asked"
    ROWS = "rows"
    """The person is out of the database."""
    RECORDINGS = "recordings"
    EVENT_LOG = "event_log"
    """Asterisk's log of channel events holds no number of theirs."""
    LOGS = "logs"
    """Nor do the other logs and the spool."""
    SEARCHED = "searched"
    """The file of the database, where deleted rows leave copies, is clean, and every other file was searched."""


class ErasureProblem(StrEnum):
    CONNECTED = "connected"
    """A call with the person is under way."""
    SPOOL = "spool"
    """Calls wait for the database; one of them may be theirs."""
    FILES = "files"
    """A file cannot be deleted, or the database file not be written anew."""
    FAULT = "fault"
    """Something went wrong that nobody foresaw; the log names it."""
    KEY = "key"
    """The key of the row is gone, so nobody knows whom to look for in files."""


class ErasureBegun(RecordsError):
    """An erasure that has begun cannot be withdrawn."""


@dataclass(frozen=True, slots=True)
class ErasureJob:
    """`step` is done; `problem` says why the next one is not, "" if nothing stands in its way.

    At the end `left` names the files below `var` in which a number or the name still stands, `is_database_clean` says
    whether the file of the database does not, and `shares_number` whether somebody else has a number of theirs.
    """

    id: int
    contact_id: int
    actor: Actor
    asked_at: datetime
    step: ErasureStep
    problem: str
    done_at: datetime | None
    left: tuple[str, ...] = ()
    is_database_clean: bool = True
    shares_number: bool = False


def ask_erasure(database: Database, actor: Actor, contact_id: int, *, at: datetime) -> ErasureJob:
    """Has the person of this card erased, as soon as possible; the change log says so without a name.

    Asking twice makes one erasure. Raises Forbidden, NotFound.
    """
    actor.require(Permission.ERASE_PERSON)
    with database.write() as connection:
        card = get_card(connection, contact_id)
        values = {
            **{"contact_id": card.id, "by": actor.name, "user_id": actor.user_id, "asked_at": at, "problem": ""},
            **{"step": ErasureStep.ASKED, "report": {}},
        }
        open_ = select(Jobs.id).where(Jobs.contact_id == card.id, Jobs.done_at.is_(None))
        before = connection.scalar(open_)
        job_id = before or get_or_create(connection, open_, insert(Jobs).values(values).returning(Jobs.id))
        if before is None:
            changes.record(connection, actor, ASK_KIND, str(card.id), at=at)
        return _get_in(connection, job_id)


def withdraw_erasure(database: Database, actor: Actor, contact_id: int, *, at: datetime) -> None:
    """The person is not erased after all. Raises Forbidden, NotFound, ErasureBegun."""
    actor.require(Permission.ERASE_PERSON)
    with database.write() as connection:
        waiting = (Jobs.contact_id == contact_id, Jobs.done_at.is_(None))
        if not connection.scalar(select(Jobs.id).where(*waiting)):
            raise NotFound(f"Nobody has asked to erase contact {contact_id}.")
        if not connection.execute(delete(Jobs).where(*waiting, Jobs.step == ErasureStep.ASKED)).rowcount:
            raise ErasureBegun("The erasure has begun and cannot be withdrawn any more.")
        changes.record(connection, actor, WITHDRAW_KIND, str(contact_id), at=at)


def find_erasure(database: Database, contact_id: int) -> ErasureJob | None:
    """The latest erasure of this card."""
    query = select(*Jobs.__table__.c).where(Jobs.contact_id == contact_id).order_by(Jobs.id.desc()).limit(1)
    with database.read() as connection:
        row = connection.execute(query).mappings().one_or_none()
    return _job(row) if row else None


def get_erasure(database: Database, job_id: int) -> ErasureJob:
    """Raises NotFound."""
    with database.read() as connection:
        return _get_in(connection, job_id)


def find_due(database: Database, at: datetime) -> ErasureJob | None:
    """The erasure whose turn it is: the oldest one that was not tried in vain a moment ago."""
    due = (Jobs.done_at.is_(None), or_(Jobs.problem == "", Jobs.tried_at.is_(None), Jobs.tried_at <= at - RETRY_AFTER))
    with database.read() as connection:
        row = connection.execute(select(*Jobs.__table__.c).where(*due).order_by(Jobs.id).limit(1)).mappings().first()
    return _job(row) if row else None


def list_unfinished(database: Database, asked_before: datetime) -> tuple[ErasureJob, ...]:
    """The erasures that were asked for before this instant and are not done, oldest first."""
    late = (Jobs.done_at.is_(None), Jobs.asked_at < asked_before)
    with database.read() as connection:
        rows = connection.execute(select(*Jobs.__table__.c).where(*late).order_by(Jobs.id)).mappings()
        return tuple(_job(row) for row in rows)


def erase_rows(database: Database, job: ErasureJob, ledger: Path, *, at: datetime) -> None:
    """Takes the person out of the database; whom to look for in files is kept, sealed.

    Raises PersonIsConnected, and NotFound when another process has done it, or the erasure was withdrawn.
    """

    def before(connection: Connection, person: Person) -> None:
        waiting = select(Jobs.id).where(Jobs.id == job.id, Jobs.step == ErasureStep.ASKED)
        if connection.scalar(waiting.with_for_update()) is None:
            raise NotFound(f"The erasure of contact {job.contact_id} has gone on, or was withdrawn.")
        # First: if the rest fails, a restored backup lacks a person who asked for it, and not the other way round.
        erasure_ledger.write_entry(ledger, connection, person, at=at)

    def after(connection: Connection, person: Person) -> None:
        sealed = _box(connection).seal(json.dumps(asdict(person)))
        values = {"step": ErasureStep.ROWS, "sealed": sealed, "problem": "", "tried_at": at}
        connection.execute(update(Jobs).where(Jobs.id == job.id).values(values))

    erasure.erase_contact(database, job.actor, job.contact_id, at=at, before=before, after=after)


def open_person(database: Database, job: ErasureJob) -> Person:
    """Whom to look for in files. Raises SecretUnreadable without the key."""
    from records.secret_box import SecretUnreadable

    with database.read() as connection:
        sealed = connection.scalar(select(Jobs.sealed).where(Jobs.id == job.id))
        if not sealed:
            raise SecretUnreadable
        known = json.loads(_box(connection).open(sealed))
    fields: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in known.items()}
    return Person(**fields)


def note_step(database: Database, job: ErasureJob, step: ErasureStep, *, at: datetime) -> None:
    """The step is done."""
    with database.write() as connection:
        values = {"step": step, "problem": "", "tried_at": at}
        connection.execute(update(Jobs).where(Jobs.id == job.id, Jobs.done_at.is_(None)).values(values))


def note_problem(database: Database, job: ErasureJob, problem: ErasureProblem, *, at: datetime) -> None:
    """The next step could not be done now; it is tried again."""
    with database.write() as connection:
        values = {"problem": problem, "tried_at": at}
        connection.execute(update(Jobs).where(Jobs.id == job.id, Jobs.done_at.is_(None)).values(values))


def finish(
    database: Database, job: ErasureJob, person: Person, left: Sequence[str], is_clean: bool, at: datetime
) -> None:
    """Everything is done; whom it was about is forgotten. The last three say what is found afterwards, and when."""
    report = {"left": list(left), "database": is_clean, "shared": bool(person.shared_lines)}
    values = {"step": ErasureStep.SEARCHED, "problem": "", "sealed": None, "report": report, "done_at": at}
    with database.write() as connection:
        connection.execute(update(Jobs).where(Jobs.id == job.id, Jobs.done_at.is_(None)).values(values))


def forget_job(database: Database, job: ErasureJob) -> None:
    """There is nobody to erase: the card went meanwhile."""
    with database.write() as connection:
        connection.execute(delete(Jobs).where(Jobs.id == job.id, Jobs.step == ErasureStep.ASKED))


def purge_erasures(database: Database, *, at: datetime) -> None:
    """Deletes the rows of erasures that were done long ago; the change log keeps that they were."""
    with database.write() as connection:
        connection.execute(delete(Jobs).where(Jobs.done_at < at - KEPT))


def _get_in(connection: Connection, job_id: int) -> ErasureJob:
    row = connection.execute(select(*Jobs.__table__.c).where(Jobs.id == job_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no erasure {job_id}.")
    return _job(row)


def _job(row: RowMapping) -> ErasureJob:
    actor, report = Actor(row["user_id"], Role.ADMINISTRATOR, row["by"]), row["report"]
    return ErasureJob(
        row["id"],
        row["contact_id"],
        actor,
        row["asked_at"],
        ErasureStep(row["step"]),
        row["problem"],
        row["done_at"],
        tuple(report.get("left", ())),
        report.get("database", True),
        report.get("shared", False),
    )


def _box(connection: Connection) -> "SecretBox":
    """Its key is made from that of hashed numbers, which is in a file."""
    from records.secret_box import SecretBox  # with a library that nobody needs who only asks for work to do

    key = bytes.fromhex(hash_number(connection, "people whose erasure is under way"))
    return SecretBox([urlsafe_b64encode(key)])
