"""What people answer about their satisfaction: by the keys of their telephone, in their own words, or by a link."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, Select, insert, select, update

from records.actor import Actor
from records.database.engine import Database
from records.requests.visibility import is_shown_survey
from records.schema import SatisfactionAnswer, SatisfactionSurvey
from routing.access.permissions import Permission


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey of a call or a request. `answers`: 1 to 5 by the name of the question in the plan.

    `words` were written; `words_file` is the name of a recording of `words_s` seconds. `refused`: by key or hanging up.
    """

    id: int
    asked_at: datetime
    answers: Mapping[str, int]
    refused: bool
    words: str | None
    words_file: str | None
    words_s: float | None


@dataclass(frozen=True, slots=True)
class RecordedWords:
    """What somebody has added in their own words, and about what."""

    survey_id: int
    at: datetime
    level: int
    topic: str | None
    centre: str | None
    words: str | None
    words_file: str | None
    words_s: float | None


def add_answer(database: Database, call_ref: str, question: str, value: int) -> None:
    """Stores one answer of the survey of a call; the first one stays. Without a survey nothing is stored."""
    with database.write(durable=False) as connection:
        survey = connection.scalar(select(SatisfactionSurvey.id).where(SatisfactionSurvey.call_ref == call_ref))
        if survey is not None:
            add_answer_in(connection, survey, question, value)


def add_answer_in(connection: Connection, survey: int, question: str, value: int) -> None:
    """Stores one answer; the first one to a question stays."""
    columns = (SatisfactionAnswer.survey_id, SatisfactionAnswer.question)
    known = select(*columns).where(columns[0] == survey, columns[1] == question)
    if connection.execute(known).first() is None:
        connection.execute(insert(SatisfactionAnswer).values(survey_id=survey, question=question, value=value))


def save_recorded_words(database: Database, call_ref: str, *, file: str, seconds: float) -> bool:
    """Stores that the words of this call are in the recording `file`. Safe to repeat; False without a survey."""
    with database.write() as connection:
        of_call = SatisfactionSurvey.call_ref == call_ref
        saved = update(SatisfactionSurvey).where(of_call).values(words_file=file, words_s=seconds)
        return connection.execute(saved).rowcount == 1


def find_survey(database: Database, call_ref: str) -> Survey | None:
    """The survey of this call; None without one, and for a call that left something to the mediator."""
    with database.read() as connection:
        return _find(connection, _SURVEYS.where(SatisfactionSurvey.call_ref == call_ref))


def find_recording(database: Database, actor: Actor, survey_id: int) -> str | None:
    """The name of the recording of this survey; None without one that the actor may hear. Raises Forbidden."""
    actor.require(Permission.SEE_SATISFACTION)
    which = select(SatisfactionSurvey.words_file).where(SatisfactionSurvey.id == survey_id, is_shown_survey())
    with database.read() as connection:
        return connection.scalar(which)


def _find(connection: Connection, which: Select[*tuple[object, ...]]) -> Survey | None:
    row: Row[*tuple[object, ...]] | None = connection.execute(which).one_or_none()
    return None if row is None else _to_survey(connection, row)


def _to_survey(connection: Connection, row: Row[*tuple[object, ...]]) -> Survey:
    of_survey = SatisfactionAnswer.survey_id == row.id
    answers = select(SatisfactionAnswer.question, SatisfactionAnswer.value).where(of_survey)
    given = {question: value for question, value in connection.execute(answers)}
    return Survey(row.id, row.asked_at, given, row.refused_at is not None, row.words, row.words_file, row.words_s)


_COLUMNS = (
    *(SatisfactionSurvey.id, SatisfactionSurvey.asked_at, SatisfactionSurvey.refused_at),
    *(SatisfactionSurvey.words, SatisfactionSurvey.words_file, SatisfactionSurvey.words_s),
)
_SURVEYS = select(*_COLUMNS).where(is_shown_survey())
