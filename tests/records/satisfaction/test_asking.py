"""Who is asked, what is stored of the answers, and what remains when a person is erased or purged."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from recorded_calls import record_call
from sqlalchemy import select, update

from records.actor import Actor, Forbidden, command_line_actor
from records.call_events import CallEvent, CallEventKind
from records.calls import calls
from records.centres.ledger import list_calls
from records.contacts.lines import get_or_create_line
from records.database.engine import Database
from records.requests.requests import RequestKind, open_request_in
from records.retention import erasure, person_data
from records.retention.purge import purge
from records.satisfaction import answers, asking
from records.satisfaction.asking import CallToAsk, begin_call_survey, may_be_asked_in
from records.satisfaction.statistics import list_words, read_counts
from records.schema import Interaction, Request, SatisfactionAsked, SatisfactionSurvey
from routing.access.permissions import Role
from routing.retention import RetentionRules
from routing.satisfaction_figures import Dimension, sum_by

LINE, WEEK = "+33639980001", date(2030, 3, 4)
ANNE = command_line_actor("anne")
Asks = Callable[..., bool]


@pytest.fixture
def asks(database: Database, noon: datetime) -> Asks:
    """Records a call of a line, ends it and asks the caller; whether they may be asked."""

    def ask(ref: str, line: str | None = LINE, *, days: float = 0, centre: str | None = None, level: int = 0) -> bool:
        at = noon + timedelta(days=days)
        contact = record_call(database, ref, at, line).contact_id
        if level:
            with database.write() as connection:
                line_id = get_or_create_line(connection, line or LINE, at)
                request = open_request_in(
                    connection, RequestKind.MISSED, call_ref=ref, contact_id=contact, line_id=line_id, at=at
                )
                connection.execute(update(Request).where(Request.id == request).values(level=level, topic="billing"))
        asked = begin_call_survey(database, CallToAsk(ref, at, WEEK, "fr", centre))
        calls.close_call(database, ref, at=at + timedelta(seconds=30), disposition=None, cause=None)
        return asked

    return ask


def test_a_number_is_asked_once_a_month_and_a_call_once(database: Database, noon: datetime, asks: Asks) -> None:
    assert asks("1.1")
    assert not begin_call_survey(database, CallToAsk("1.1", noon + timedelta(days=99), WEEK, "fr"))
    assert not asks("1.2", days=30.9)
    assert asks("1.3", days=31)
    assert asks("1.4", "+33639980002")
    assert not asks("1.5", None)  # a withheld number: nobody could know that they were asked before
    assert not begin_call_survey(database, CallToAsk("9.9", noon, WEEK, "fr"))  # a call that is not on record


def test_a_refusal_outlives_the_erasure_of_the_person(database: Database, noon: datetime, asks: Asks) -> None:
    assert asks("1.1")
    asking.refuse_call_survey(database, "1.1", at=noon)
    with database.read() as connection:
        contact = connection.scalar(select(Interaction.contact_id).where(Interaction.call_ref == "1.1"))
    assert contact
    erasure.erase_contact(database, ANNE, contact, at=noon + timedelta(days=1))
    assert not asks("2.1", days=400)
    with database.read() as connection:
        assert len(connection.scalars(select(SatisfactionAsked.hash)).one()) == 64
    assert asking.allow_again(database, ANNE, LINE, at=noon) and not asking.allow_again(database, ANNE, LINE, at=noon)
    assert asks("3.1", days=401)


def test_answers_stay_as_they_were_given_first(database: Database, asks: Asks) -> None:
    assert asks("1.1")
    for question, value in (("welcome", 5), ("help", 2), ("welcome", 1)):
        answers.add_answer(database, "1.1", question, value)
    answers.add_answer(database, "9.9", "welcome", 1)  # a call without a survey
    survey = answers.find_survey(database, "1.1")
    assert survey is not None and survey.answers == {"welcome": 5, "help": 2}


def test_what_is_the_mediators_is_neither_asked_nor_counted_nor_heard(database: Database, asks: Asks) -> None:
    assert not asks("1.1", level=3)
    assert asks("1.2", "+33639980002", level=2)
    answers.add_answer(database, "1.2", "welcome", 4)
    answers.save_recorded_words(database, "1.2", file="1.2.wav", seconds=3.0)
    assert [words.topic for words in list_words(database, ANNE, 9)] == ["billing"]
    with database.write() as connection:  # it is handed to the mediator later
        connection.execute(update(Request).where(Request.call_ref == "1.2").values(level=3))
    assert read_counts(database, ANNE, WEEK, WEEK + timedelta(days=7)) == ((), ())
    assert list_words(database, ANNE, 9) == () and answers.find_survey(database, "1.2") is None
    with database.read() as connection:
        survey = connection.scalars(select(SatisfactionSurvey.id)).one()
    assert answers.find_recording(database, ANNE, survey) is None


def test_figures_count_by_topic_level_centre_and_week(database: Database, asks: Asks) -> None:
    for number, (value, centre, level) in enumerate([(5, None, 2), (4, None, 0), (1, "north", 0)]):
        assert asks(f"{number}.1", f"+3363998000{number}", centre=centre, level=level)
        answers.add_answer(database, f"{number}.1", "welcome", value)
    assert asks("9.1", "+33639980009")
    counts = read_counts(database, ANNE, WEEK, WEEK + timedelta(days=7))
    whole = sum_by(None, *counts)[None]
    assert (whole.asked, whole.answered, whole.questions["welcome"].total) == (4, 3, 10)
    by_topic, by_level = sum_by(Dimension.TOPIC, *counts), sum_by(Dimension.LEVEL, *counts)
    assert {key: each.asked for key, each in by_topic.items()} == {"billing": 1, None: 3}
    assert {key: each.asked for key, each in by_level.items()} == {1: 3, 2: 1}
    assert sum_by(Dimension.CENTRE, *counts)["north"].questions["welcome"].mean == 1
    assert read_counts(database, ANNE, WEEK + timedelta(days=7), WEEK + timedelta(days=14)) == ((), ())
    with pytest.raises(Forbidden):
        read_counts(database, Actor(1, Role.STAFF, "Bob"), WEEK, WEEK)


def test_the_talk_with_a_centre_ends_when_the_centre_hangs_up(database: Database, noon: datetime) -> None:
    record_call(database, "1.1", noon, LINE)
    told = ((1, CallEventKind.CENTRE_DIALLED, {"reference": "a" * 32}), (2, CallEventKind.CENTRE_ANSWERED, {}))
    events = [CallEvent(noon + timedelta(seconds=s), kind, {"centre": "north", **more}) for s, kind, more in told]
    calls.add_events(database, "1.1", events)
    assert begin_call_survey(database, CallToAsk("1.1", noon + timedelta(seconds=62), WEEK, "fr", "north"))
    calls.close_call(database, "1.1", at=noon + timedelta(seconds=90), disposition=None, cause=None)
    [call] = list_calls(database, "north", noon.date(), noon.date() + timedelta(days=1), noon.tzinfo)
    assert call.talk_s == 60


def test_after_its_retention_an_answer_leads_to_nobody_and_still_counts(
    database: Database, noon: datetime, asks: Asks
) -> None:
    assert asks("1.1", level=2) and asks("2.1", "+33639980002", days=100)
    answers.add_answer(database, "1.1", "welcome", 5)
    answers.save_recorded_words(database, "1.1", file="1.1.wav", seconds=3.0)
    rules = RetentionRules(satisfaction=180)
    assert purge(database, rules, at=noon + timedelta(days=181), dry_run=True).surveys == 1
    report = purge(database, rules, at=noon + timedelta(days=181))
    assert (report.surveys, report.words_files) == (1, ["1.1.wav"])
    assert purge(database, rules, at=noon + timedelta(days=181)).surveys == 0
    assert answers.find_survey(database, "1.1") is None and answers.find_survey(database, "2.1") is not None
    counts = read_counts(database, ANNE, WEEK, WEEK + timedelta(days=7))
    assert {key: each.asked for key, each in sum_by(Dimension.TOPIC, *counts).items()} == {"billing": 1, None: 1}
    with database.read() as connection:  # the number may be asked again, so that its hash is of no use any more
        assert connection.scalars(select(SatisfactionAsked.hash)).all() == []
        assert may_be_asked_in(connection, LINE, noon)


def test_an_export_and_an_erasure_hold_what_somebody_answered(database: Database, noon: datetime, asks: Asks) -> None:
    assert asks("1.1")
    answers.add_answer(database, "1.1", "welcome", 5)
    answers.save_recorded_words(database, "1.1", file="1.1.wav", seconds=3.0)
    with database.read() as connection:
        contact = connection.scalar(select(Interaction.contact_id).where(Interaction.call_ref == "1.1"))
        assert contact
        person = erasure.find_person(connection, contact)
        exported = person_data.collect(connection, person)
    assert person.words_files == ("1.1.wav",)
    assert [row["words_file"] for row in exported["satisfaction_surveys"]] == ["1.1.wav"]
    assert [(row["question"], row["value"]) for row in exported["satisfaction_answers"]] == [("welcome", 5)]
    erasure.erase_contact(database, ANNE, contact, at=noon + timedelta(days=1))
    with database.read() as connection:
        row = connection.execute(select(SatisfactionSurvey.call_ref, SatisfactionSurvey.words_file)).one()
    assert row == (None, None)
    assert sum_by(None, *read_counts(database, ANNE, WEEK, WEEK + timedelta(days=7)))[None].answered == 1
