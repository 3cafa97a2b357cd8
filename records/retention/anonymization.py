"""Takes what identifies a person out of rows that stay, so that counts stay what they were."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Connection, delete, func, select, update

from records.schema import (
    Call,
    Callback,
    CallbackTransition,
    CallWriteup,
    Handoff,
    HandoffOutcome,
    Inquiry,
    Interaction,
    OutgoingMail,
    Request,
    RequestEntry,
    SatisfactionSurvey,
    Transfer,
    Voicemail,
)
from records.secrets import generate_secret, hash_secret

BATCH = 500
"""Rows in one transaction: calls under way wait for it."""
T = TypeVar("T")


def in_batches(ids: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """The ids in pieces that fit into one statement."""
    for first in range(0, len(ids), size):
        yield ids[first : first + size]


def anonymize_calls(connection: Connection, refs: Sequence[str]) -> None:
    """The calls keep their times, their events (which hold neither names nor numbers) and how they ended."""
    for some in in_batches(refs):
        connection.execute(update(Call).where(Call.ref.in_(some)).values(line_id=None))
        # First the hand-offs: whoever adds a note holds the row, so that the note is there before notes are emptied.
        connection.execute(update(Handoff).where(Handoff.call_ref.in_(some)).values(is_anonymous=True))
        handed_over = select(Handoff.id).where(Handoff.call_ref.in_(some))
        noted = HandoffOutcome.handoff_id.in_(handed_over)
        connection.execute(update(HandoffOutcome).where(noted).values(note=None))
        connection.execute(update(CallWriteup).where(CallWriteup.call_ref.in_(some)).values(note=None))
        connection.execute(update(Transfer).where(Transfer.call_ref.in_(some)).values(note=None))
        unnamed = {"contact_id": None, "summary": None}
        connection.execute(update(Interaction).where(Interaction.call_ref.in_(some)).values(unnamed))


def anonymize_requests(connection: Connection, ids: Sequence[int]) -> None:
    """The requests, closed ones, keep their times and outcomes; the links of visitors no longer open anything."""
    unknown = hash_secret(generate_secret())
    for some in in_batches(ids):
        unnamed = {"contact_id": None, "line_id": None, "note": None, "subject": None}
        connection.execute(update(Request).where(Request.id.in_(some)).values(unnamed))
        connection.execute(update(RequestEntry).where(RequestEntry.request_id.in_(some)).values(note=None))
        unnamed_callback = {"name": None, "topic": None, "page": None, "secret_hash": unknown}
        connection.execute(update(Callback).where(Callback.request_id.in_(some)).values(unnamed_callback))
        unwritten = {"name": None, "email": None, "text": None, "page": None}
        unlinked = {"secret_hash": unknown, "mail_secret_hash": None}
        connection.execute(update(Inquiry).where(Inquiry.request_id.in_(some)).values(**unwritten, **unlinked))
        # A server that refuses a mail says to whom.
        connection.execute(update(OutgoingMail).where(OutgoingMail.request_id.in_(some)).values(answer=None))
        connection.execute(update(CallbackTransition).where(CallbackTransition.request_id.in_(some)).values(detail={}))


def delete_voicemails(connection: Connection, refs: Sequence[str]) -> tuple[str, ...]:
    """Deletes the voicemails of these calls; gives the names of their files, which the caller deletes."""
    files: list[str] = []
    for some in in_batches(refs):
        files += connection.scalars(select(Voicemail.file).where(Voicemail.call_ref.in_(some)))
        connection.execute(delete(Voicemail).where(Voicemail.call_ref.in_(some)))
    return tuple(files)


def anonymize_surveys(connection: Connection, ids: Sequence[int]) -> tuple[str, ...]:
    """The answers stay, and lead to nobody: the words go, and so do the call and the request.

    Before that, a survey learns the topic and the level of the request by which it counts. Gives the names of the
    recordings, which the caller deletes.
    """
    files: list[str] = []
    for some in in_batches(ids):
        these = SatisfactionSurvey.id.in_(some)
        named = select(SatisfactionSurvey.words_file).where(these, SatisfactionSurvey.words_file.is_not(None))
        files += [name for name in connection.scalars(named) if name]
        for column, kept in ((Request.topic, "topic"), (Request.level, "level")):
            own = select(column).where(Request.id == SatisfactionSurvey.request_id).scalar_subquery()
            of_call = select(func.max(column)).where(Request.call_ref == SatisfactionSurvey.call_ref).scalar_subquery()
            known = {kept: func.coalesce(own, of_call, getattr(SatisfactionSurvey, kept))}
            connection.execute(update(SatisfactionSurvey).where(these).values(known))
        unnamed = {"call_ref": None, "request_id": None, "words": None, "words_file": None, "words_s": None}
        connection.execute(update(SatisfactionSurvey).where(these).values(unnamed))
    return tuple(files)
