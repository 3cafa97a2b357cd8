"""The answer to an inquiry: written by staff on the request's page, read by the visitor with their link."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from records import mail_queue
from records.actor import Actor
from records.callbacks.references import normalize_reference
from records.database.engine import Database
from records.errors import NotFound, RecordsError
from records.inbox.inbox import require_free_or_own
from records.requests.entries import EntryKind, add_entry
from records.requests.requests import RequestKind
from records.schema import Inquiry as Inquiries
from records.schema import Request as Requests
from records.schema import RequestEntry as Entries
from records.secrets import matches_hash
from routing.access.permissions import Permission

MAX_ANSWER = 4_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What the organisation wrote; who wrote it stays inside."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class InquiryView:
    """An inquiry as its visitor sees it. `gets_mail`: they left an e-mail address."""

    ref: str
    text: str
    written_at: datetime
    answers: tuple[Answer, ...]
    is_open: bool
    public_number: str
    site: str
    language: str
    gets_mail: bool


def get_inquiry(database: Database, ref: str, secret: str) -> InquiryView:
    """The inquiry now. Raises NotFound for a wrong secret or reference, and for an inquiry that is erased."""
    with database.read() as connection:
        query = select(*Inquiries.__table__.c, Requests.created_at, Requests.closed_at)
        query = query.join(Requests, Requests.id == Inquiries.request_id)
        row = connection.execute(query.where(Inquiries.ref == normalize_reference(ref))).one_or_none()
        hashes = [each for each in (row.secret_hash, row.mail_secret_hash) if each] if row else []
        if row is None or row.text is None or not any(matches_hash(secret, each) for each in hashes):
            raise NotFound(f"There is no inquiry {ref[:20]} that this link opens.")
        return InquiryView(
            ref=row.ref,
            text=row.text,
            written_at=row.created_at,
            answers=_answers(connection, row.request_id),
            is_open=row.closed_at is None,
            public_number=row.public_number,
            site=row.site,
            language=row.language,
            gets_mail=row.email is not None,
        )


def answer_inquiry(
    database: Database, actor: Actor, request_id: int, text: str, *, by_mail: bool, at: datetime
) -> None:
    """Adds an answer, which the visitor reads at once; `by_mail`: they are told of it, if they left an address.

    Raises NotFound (also for a request that is no inquiry), RequestClosed, RequestTaken, Forbidden, RecordsError for an
    answer that is empty or too long.
    """
    actor.require(Permission.SEE_REQUESTS)
    if not text.strip() or len(text) > MAX_ANSWER:
        raise RecordsError(f"Write the answer, {MAX_ANSWER} characters at most.")
    with database.write(notify=True) as connection:
        row = require_free_or_own(connection, actor, request_id)
        if row.request.kind is not RequestKind.INQUIRY or row.inquiry is None:
            raise NotFound(f"The request {request_id} is no inquiry.")
        add_entry(connection, actor, request_id, EntryKind.ANSWER, at=at, note=text)
        if by_mail and row.inquiry.email:
            mail_queue.queue_inquiry_mail(connection, request_id, at=at)


def renew_mail_link(connection: Connection, request_id: int, secret_hash: str) -> tuple[str, str, str] | None:
    """Where the mail of an answer goes: address, language and reference. None for an inquiry that is erased.

    The link of an earlier mail no longer opens the page; the one that the visitor got in the form does.
    """
    link = update(Inquiries).where(Inquiries.request_id == request_id, Inquiries.email.is_not(None))
    columns = (Inquiries.email, Inquiries.language, Inquiries.ref)
    row = connection.execute(link.values(mail_secret_hash=secret_hash).returning(*columns)).one_or_none()
    return (row.email or "", row.language, row.ref) if row else None


def _answers(connection: Connection, request_id: int) -> tuple[Answer, ...]:
    rows = select(Entries.at, Entries.note).where(Entries.request_id == request_id, Entries.kind == EntryKind.ANSWER)
    found = connection.execute(rows.order_by(Entries.at, Entries.id))
    return tuple(Answer(row.at, row.note) for row in found if row.note)
