"""How many were asked, and what they answered, by week, topic, level and overflow centre; never by agent.

What concerns the mediator is counted nowhere.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import SQLColumnExpression, case, func, select

from records import changes
from records.actor import Actor
from records.database.engine import Database
from records.database.unit_of_work import one_view
from records.requests.visibility import is_shown_survey
from records.satisfaction.answers import RecordedWords
from records.schema import Request, SatisfactionAnswer
from records.schema import SatisfactionSurvey as Surveys
from routing.access.permissions import Permission
from routing.satisfaction import SATISFIED_FROM
from routing.satisfaction_figures import AnswerCount, Group, SurveyCount


def read_counts(
    database: Database, actor: Actor, first: date, after: date
) -> tuple[tuple[SurveyCount, ...], tuple[AnswerCount, ...]]:
    """The counts of the weeks that begin on `first` and later, and before `after`. Raises Forbidden."""
    actor.require(Permission.SEE_SATISFACTION)
    groups = (Surveys.week, *_current_group())
    which = (Surveys.week >= first, Surveys.week < after, is_shown_survey())
    has_answer = select(SatisfactionAnswer.survey_id).where(SatisfactionAnswer.survey_id == Surveys.id).exists()
    surveys = select(
        *groups, func.count(), func.sum(case((has_answer, 1), else_=0)), func.count(Surveys.refused_at)
    ).where(*which)
    value = SatisfactionAnswer.value
    satisfied = func.sum(case((value >= SATISFIED_FROM, 1), else_=0))
    answers = select(*groups, SatisfactionAnswer.question, func.count(), func.sum(value), satisfied)
    answers = answers.join(SatisfactionAnswer, SatisfactionAnswer.survey_id == Surveys.id).where(*which)
    with one_view(database) as view, view.read() as connection:
        asked = connection.execute(surveys.group_by(*groups).order_by(*groups)).all()
        given = connection.execute(answers.group_by(*groups, SatisfactionAnswer.question)).all()
    return (
        tuple(SurveyCount(Group(*row[:4]), *map(int, row[4:])) for row in asked),
        tuple(AnswerCount(Group(*row[:4]), row[4], *map(int, row[5:])) for row in given),
    )


def list_words(database: Database, actor: Actor, limit: int) -> tuple[RecordedWords, ...]:
    """What people have said or written in their own words, newest first. Raises Forbidden."""
    actor.require(Permission.SEE_SATISFACTION)
    spoken = Surveys.words_file.is_not(None) | Surveys.words.is_not(None)
    level, topic, centre = _current_group()
    columns = (Surveys.id, Surveys.asked_at, level, topic, centre, Surveys.words, Surveys.words_file, Surveys.words_s)
    rows = select(*columns).where(spoken, is_shown_survey()).order_by(Surveys.asked_at.desc(), Surveys.id.desc())
    with database.read() as connection:
        return tuple(RecordedWords(*row) for row in connection.execute(rows.limit(limit)))


def record_export(database: Database, actor: Actor, *, at: datetime) -> None:
    """Notes in the change log that the figures were exported to a file. Raises Forbidden."""
    actor.require(Permission.SEE_SATISFACTION)
    with database.write() as connection:
        changes.record(connection, actor, "satisfaction.export", "", at=at)


def _current_group() -> tuple[SQLColumnExpression[Any], ...]:
    """Level, topic and centre; those of the request that it led to, if there is one, as they are now."""

    def current(column: SQLColumnExpression[Any], stored: SQLColumnExpression[Any]) -> SQLColumnExpression[Any]:
        own = select(column).where(Request.id == Surveys.request_id).scalar_subquery()
        of_call = select(func.max(column)).where(Request.call_ref == Surveys.call_ref).scalar_subquery()
        return func.coalesce(own, of_call, stored)

    level, topic = current(Request.level, Surveys.level), current(Request.topic, Surveys.topic)
    return level.label("level"), topic.label("topic"), Surveys.centre
