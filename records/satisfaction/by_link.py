"""What a visitor answers on the page of their callback or message, once it is done; each request once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, union_all

from records.database.engine import Database, acquire_lock
from records.requests.visibility import visible_to_all
from records.satisfaction.answers import add_answer_in
from records.satisfaction.asking import mark_asked_in, may_be_asked_in, refuse_in
from records.schema import Callback, Inquiry, Line, Request, SatisfactionSurvey


@dataclass(frozen=True, slots=True)
class Reply:
    """What a visitor has sent about their request `ref`; `refused`: they do not want to be asked, now or later."""

    ref: str
    at: datetime
    week: date
    language: str
    answers: Mapping[str, int]
    words: str | None = None
    refused: bool = False


def may_answer(database: Database, ref: str, at: datetime) -> bool:
    """Whether the visitor with this link may be asked: their request is done, and nobody has asked them for a month."""
    with database.read() as connection:
        return _find_open(connection, ref, at) is not None


def save_reply(database: Database, reply: Reply) -> bool:
    """Stores the reply, committed when this returns; False when the visitor may not be asked, or has answered already.

    Whoever reads the page without answering was not asked.
    """
    with database.write() as connection:
        acquire_lock(connection, f"satisfaction {reply.ref}")
        request = _find_open(connection, reply.ref, reply.at)
        if request is None:
            return False
        if request.e164 and reply.refused:
            refuse_in(connection, request.e164, reply.at)
        elif request.e164 and not mark_asked_in(connection, request.e164, reply.at):
            return False
        survey = insert(SatisfactionSurvey).values(
            request_id=request.id,
            asked_at=reply.at,
            week=reply.week,
            language=reply.language,
            level=request.level,
            topic=request.topic,
            words=reply.words,
            refused_at=reply.at if reply.refused else None,
        )
        number = connection.execute(survey.returning(SatisfactionSurvey.id)).scalar_one()
        for question, value in reply.answers.items():
            add_answer_in(connection, number, question, value)
        return True


def _find_open(connection: Connection, ref: str, at: datetime) -> Row[*tuple[Any, ...]] | None:
    """The request, if its visitor may be asked. What is the mediator's, or was opened again, is not."""
    named = union_all(
        select(Callback.request_id).where(Callback.ref == ref), select(Inquiry.request_id).where(Inquiry.ref == ref)
    ).subquery()
    rows = select(Request.id, Request.level, Request.topic, Line.e164)
    rows = rows.join(named, named.c.request_id == Request.id).outerjoin(Line, Line.id == Request.line_id)
    answered = select(SatisfactionSurvey.id).where(SatisfactionSurvey.request_id == Request.id).exists()
    request = connection.execute(rows.where(Request.closed_at.is_not(None), visible_to_all(), ~answered)).first()
    if request is None or (request.e164 and not may_be_asked_in(connection, request.e164, at)):
        return None
    return request
