"""What callers and visitors answered about their satisfaction, by week, topic, level and overflow centre."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, Response, abort, render_template, request

from console.context import current_actor, get_context
from console.guard import needs
from console.plan.current_plan import get_plan_in_force
from console.plan.part_titles import title_text
from console.satisfaction.labels import DIMENSIONS, EXPORT_TITLES, PERIODS
from console.sounds import send_wav
from console.table_files import requested_format, send_table
from records.satisfaction.answers import find_recording
from records.satisfaction.statistics import list_words, read_counts, record_export
from routing.access.permissions import Permission
from routing.plan.model import Plan
from routing.plan.part_kinds import PartKind
from routing.satisfaction import week_of
from routing.satisfaction_figures import AnswerCount, Dimension, Figures, Key, SurveyCount, sum_by
from translations.catalogues import choose_text
from translations.web import gettext
from web.language import current_language, translate

blueprint = Blueprint("satisfaction", __name__, template_folder="templates", url_prefix="/satisfaction")
WORDS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Question:
    """A question that was asked in the period. `text`: as the plan words it, else its name."""

    name: str
    text: str


@blueprint.get("")
@needs(Permission.SEE_SATISFACTION)
def show() -> str:
    weeks, dimension = _requested()
    surveys, answers = _read(weeks)
    plan, database = get_plan_in_force().plan, get_context().database
    return render_template(
        "satisfaction/figures.html",
        weeks=weeks,
        periods=PERIODS,
        dimension=dimension,
        dimensions=DIMENSIONS,
        whole=sum_by(None, surveys, answers).get(None, Figures()),
        groups=[
            (_title(plan, dimension, key), figures) for key, figures in sum_by(dimension, surveys, answers).items()
        ],
        questions=_list_questions(plan, answers),
        words=list_words(database, current_actor(), WORDS_SHOWN),
        words_about=lambda said: _list_circumstances(plan, said.level, said.topic, said.centre),
        rules=plan.satisfaction,
        may_change=current_actor().may(Permission.CHANGE_PLAN),
        decimal=_decimal,
    )


@blueprint.post("/export")
@needs(Permission.SEE_SATISFACTION)
def export() -> Response:
    """The figures by week, topic, level and centre at once; the export stands in the change log."""
    weeks, _ = _requested()
    surveys, answers = _read(weeks)
    record_export(get_context().database, current_actor(), at=get_context().clock())
    titles = [translate(title) for title in EXPORT_TITLES]
    rows = _table_rows(get_plan_in_force().plan, surveys, answers)
    return send_table(gettext("satisfaction"), requested_format(), titles, rows)


@blueprint.get("/words/<int:survey_id>.wav")
@needs(Permission.SEE_SATISFACTION)
def hear(survey_id: int) -> Response:
    file, folder = find_recording(get_context().database, current_actor(), survey_id), get_context().satisfaction
    if file is None or folder is None:
        abort(404)
    return send_wav(folder / file)


def _requested() -> tuple[int, Dimension]:
    """For how many weeks, and by what; what is not known here is the first choice."""
    asked_for, by = request.args.get("weeks", ""), request.args.get("by", "")
    weeks = int(asked_for) if asked_for in map(str, PERIODS) else next(iter(PERIODS))
    return weeks, Dimension(by) if by in [*Dimension] else Dimension.WEEK


def _read(weeks: int) -> tuple[Sequence[SurveyCount], Sequence[AnswerCount]]:
    """The counts of this week and of those before it."""
    this_week = week_of(get_context().clock(), get_context().timezone())
    first, after = this_week - timedelta(weeks=weeks - 1), this_week + timedelta(weeks=1)
    return read_counts(get_context().database, current_actor(), first, after)


def _list_questions(plan: Plan, answers: Sequence[AnswerCount]) -> tuple[Question, ...]:
    """Those of the plan, then those that it has no more."""
    texts = {each.name: choose_text(each.text, current_language()) or each.name for each in plan.satisfaction.questions}
    gone = sorted({each.question for each in answers} - texts.keys())
    return tuple(Question(name, text) for name, text in (texts | {name: name for name in gone}).items())


def _title(plan: Plan, dimension: Dimension, key: Key) -> str:
    match dimension:
        case Dimension.WEEK if isinstance(key, date):
            monday = key.strftime("%d/%m/%Y")
            return gettext("week of %(day)s", day=monday)
        case Dimension.LEVEL:
            return gettext("Level %(level)s", level=key)
        case Dimension.TOPIC:
            topic = plan.requests.find_topic(str(key) if key else None)
            title = choose_text(topic.title, current_language()) if topic else None
            return title or str(key or gettext("No topic"))
        case Dimension.CENTRE if key is not None:
            known = any(centre.name == key for centre in plan.overflow.centres)
            return title_text(plan, PartKind.CENTRE, str(key)) if known else str(key)
    return gettext("Our team")


def _list_circumstances(plan: Plan, level: int, topic: str | None, centre: str | None) -> str:
    about: Mapping[Dimension, Key] = {Dimension.TOPIC: topic, Dimension.LEVEL: level, Dimension.CENTRE: centre}
    return ", ".join(_title(plan, dimension, key) for dimension, key in about.items() if key is not None)


def _table_rows(plan: Plan, surveys: Sequence[SurveyCount], answers: Sequence[AnswerCount]) -> Iterator[list[str]]:
    """A row for each group of surveys and each question that was answered in it."""
    asked = {survey.group: survey for survey in surveys}
    for survey in surveys:
        of_group = [answer for answer in answers if answer.group == survey.group]
        group, counts = survey.group, [str(asked[survey.group].asked), str(survey.answered), str(survey.refused)]
        who = [
            *(group.week.isoformat(), _title(plan, Dimension.TOPIC, group.topic), str(group.level)),
            _title(plan, Dimension.CENTRE, group.centre),
        ]
        for answer in of_group:
            mean = _decimal(answer.total / answer.count)
            yield [*who, *counts, answer.question, str(answer.count), mean, str(answer.satisfied)]
        if not of_group:
            yield [*who, *counts, "", "", "", ""]


def _decimal(value: float) -> str:
    """A mean with one place behind the sign of the language."""
    text = f"{value:.1f}"
    return text.replace(".", ",") if current_language() == "fr" else text
