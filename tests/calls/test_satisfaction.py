"""Callers who are asked what they think of the call, once somebody has answered them and hung up."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import overflow_centres as numbers
import pytest
from overflow_centres import OverflowCentres
from plan_variants import number_entry, plan_with, temporary_plan
from reception import Reception, prompts_heard, wait_for
from sqlalchemy import select

from caller.phone import CallerId, Phone
from caller.scripted_call import CallReport, Hangup, Press, RunAction, Step
from prompts.audio.pcm import read_wav
from records.satisfaction.answers import Survey, find_survey
from records.schema import Call, Handoff, Line, SatisfactionAsked, SatisfactionSurvey
from records.staff import agents

GREETING = "greeting-33199000000"
QUESTIONS = """\
  share_percent: 100
  record_words: no
  questions:
    - {name: welcome, text: {fr: "Avez-vous été bien accueilli ?", en: "Were you well received?"}}
    - {name: help, text: {fr: "Avons-nous pu vous aider ?", en: "Could we help you?"}}
"""
IN_ENGLISH = number_entry("+33199000000", "+33199000000", "always").replace("language: fr", "language: en")


@pytest.fixture
def publish(reception: Reception, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    with temporary_plan(reception, tmp_path) as publish:
        yield publish


@pytest.fixture(scope="module")
def agent(reception: Reception) -> Iterator[agents.Agent]:
    person = agents.add_agent(reception.database, "Poste d'avis", language="fr", at=datetime.now(UTC))
    yield person
    reception.remove_agents(person)


def survey_of(reception: Reception, line: str) -> Survey | None:
    return find_survey(reception.database, reception.wait_for_call_detail(line).call.ref)


def test_a_caller_answers_two_questions_once_the_agent_has_hung_up_and_is_not_asked_again_this_month(
    reception: Reception, agent: agents.Agent, publish: Callable[[str], None], tone: Callable[[int, float], Path]
) -> None:
    publish(plan_with(satisfaction=QUESTIONS))
    with reception.desk_phone(agent, outgoing_audio=tone(440, 30)) as desk:
        story = reception.call(
            Press(keys="0", during=GREETING),
            RunAction(action=desk.hangup, during="tone:440", into_s=1),
            Press(keys="5", during="question-welcome"),
            Press(keys="2", during="question-help"),
            caller=CallerId("+33639980841"),
        )
        again = reception.call(
            Press(keys="0", during=GREETING),
            RunAction(action=desk.hangup, during="tone:440", into_s=1),
            caller=CallerId("+33639980841"),
        )

    assert story.missed_steps == () == again.missed_steps, str(story)
    assert prompts_heard(story)[-4:] == [
        *("satisfaction-intro", "question-welcome", "question-help"),
        "satisfaction-thanks",
    ]
    assert not asked(again)
    newest, first = surveys_of(reception, "+33639980841")
    assert newest is None and first is not None
    assert dict(first.answers) == {"welcome": 5, "help": 2} and not first.refused


@pytest.mark.long
def test_a_caller_who_hangs_up_first_is_not_asked_and_one_who_presses_9_is_never_asked_again(
    reception: Reception, agent: agents.Agent, publish: Callable[[str], None], tone: Callable[[int, float], Path]
) -> None:
    publish(plan_with(satisfaction=QUESTIONS))
    with reception.desk_phone(agent, outgoing_audio=tone(440, 60)) as desk:
        gone = reception.call(
            Press(keys="0", during=GREETING), Hangup(during="tone:440", into_s=1), caller=CallerId("+33639980842")
        )
        refusing = call_until_the_agent_hangs_up(
            reception, desk, "+33639980843", Press(keys="9", during="satisfaction-intro")
        )
        hanging_up = call_until_the_agent_hangs_up(
            reception, desk, "+33639980844", Hangup(during="satisfaction-intro", into_s=0.2)
        )

    assert not asked(gone) and survey_of(reception, "+33639980842") is None
    assert prompts_heard(refusing)[-1] == "satisfaction-refused"
    assert hanging_up.missed_steps == ()
    for line in ("+33639980843", "+33639980844"):
        survey = survey_of(reception, line)
        assert survey is not None and survey.refused and not survey.answers
    with reception.database.read() as connection:
        refused = connection.scalars(select(SatisfactionAsked.refused_at)).all()
    assert sum(at is not None for at in refused) == 2


@pytest.mark.long
def test_a_caller_of_an_english_number_is_asked_in_english_and_adds_words_of_their_own(
    reception: Reception, agent: agents.Agent, publish: Callable[[str], None], tone: Callable[[int, float], Path]
) -> None:
    publish(plan_with(numbers=IN_ENGLISH, satisfaction=QUESTIONS.replace("record_words: no", "record_words: yes")))
    with reception.desk_phone(agent, outgoing_audio=tone(440, 30)) as desk:
        story = call_until_the_agent_hangs_up(
            reception,
            desk,
            "+33639980845",
            Press(keys="4", during="question-welcome"),
            Press(keys="4", during="question-help"),
            RunAction(action=lambda: time.sleep(3), after="tone:1000"),
            Press(keys="#"),
            outgoing_audio=tone(620, 60),
            language="en",
        )

    assert story.missed_steps == (), str(story)
    assert prompts_heard(story)[-2:] == ["satisfaction-words", "satisfaction-thanks"]
    line, folder = "+33639980845", reception.settings.satisfaction
    wait_for(lambda: (survey := survey_of(reception, line)) is not None and survey.words_file, "the recorded words")
    survey = survey_of(reception, line)
    assert survey is not None and survey.words_file and survey.words_s
    assert read_wav(folder / survey.words_file).seconds == pytest.approx(survey.words_s, abs=0.1)


@pytest.mark.long
def test_the_hang_up_of_a_centre_leads_to_the_question_and_ends_the_talk_that_is_paid(
    reception_with_centres: Reception, overflow_centres: OverflowCentres, tmp_path: Path
) -> None:
    reception, line = reception_with_centres, "+33639980846"
    centre = f'  rules: [{{when: nobody-logged-in}}]\n  centres: [{{name: c1, number: "{numbers.ANSWERS_BRIEFLY}"}}]'
    with temporary_plan(reception, tmp_path) as publish:
        publish(plan_with(overflow=centre, satisfaction=QUESTIONS))
        story = reception.call(
            Press(keys="0", during=GREETING), Press(keys="3", during="question-welcome"), caller=CallerId(line)
        )

    assert story.missed_steps == (), str(story)
    record = reception.wait_for_call_detail(line)
    assert record.call.disposition == "overflow"
    with reception.database.read() as connection:
        rows = select(Handoff.answered_at, Handoff.left_at, SatisfactionSurvey.centre)
        row = connection.execute(rows.join(SatisfactionSurvey, SatisfactionSurvey.call_ref == Handoff.call_ref)).one()
    assert row.centre == "c1" and record.call.ended_at is not None
    assert row.answered_at < row.left_at < record.call.ended_at - timedelta(seconds=1)


def asked(story: CallReport) -> bool:
    return any(key.startswith("satisfaction") for key in story.heard_prompts)


def call_until_the_agent_hangs_up(
    reception: Reception, desk: Phone, line: str, *steps: Step, language: str = "fr", outgoing_audio: Path | None = None
) -> CallReport:
    return reception.call(
        Press(keys="0", during=GREETING),
        RunAction(action=desk.hangup, during="tone:440", into_s=1),
        *steps,
        caller=CallerId(line),
        language=language,
        outgoing_audio=outgoing_audio,
    )


def surveys_of(reception: Reception, line: str) -> list[Survey | None]:
    """That of each call of a line, newest first."""
    reception.wait_for_call_detail(line)
    rows = (
        select(Call.ref).join(Line, Line.id == Call.line_id).where(Line.e164 == line).order_by(Call.started_at.desc())
    )
    with reception.database.read() as connection:
        found = connection.scalars(rows).all()
    return [find_survey(reception.database, ref) for ref in found]
