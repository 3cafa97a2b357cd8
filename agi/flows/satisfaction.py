"""The matter of the call is done: the caller is asked what they think of it, if nobody has asked them for a month."""

from collections.abc import Sequence
from pathlib import Path

from agi.call import Call
from agi.channel import HungUp
from agi.config_snapshot import SnapshotReader
from agi.pending_writes import SatisfactionAnswered, SatisfactionRefused
from records.call_events import CallEventKind
from records.database.engine import Database
from records.errors import RecordsError
from records.satisfaction.asking import CallToAsk, begin_call_survey
from routing.satisfaction import HIGHEST, LOWEST, SatisfactionQuestion, question_prompt_key, week_of

KEY_S = 6
REFUSAL = "9"
TRIES = 2
WORDS_S, WORDS_SILENCE_S = 60, 4


def ask_satisfaction(call: Call, snapshots: SnapshotReader, database: Database, recordings: Path) -> None:
    """Argument 4: the overflow centre that has just hung up, or "". Nobody is asked while the database is away."""
    plan = snapshots.current.plan
    rules, centre = plan.satisfaction, call.channel.argument(4) or None
    if not rules.is_on or snapshots.current.dialled_number(call.landing).surcharged or not call.caller or call.withheld:
        return
    now = call.now
    try:
        if not begin_call_survey(
            database, CallToAsk(call.ref, now, week_of(now, plan.timezone), call.language, centre)
        ):
            return
    except RecordsError:  # the caller has what they called for; a question is not worth an error in the log
        return
    call.add_event(CallEventKind.SATISFACTION_ASKED)
    if _ask_all(call, rules.questions):
        if rules.record_words:
            call.say("satisfaction-words")
            call.record(recordings / f"{call.ref}.wav", WORDS_S, WORDS_SILENCE_S)
        call.say("satisfaction-thanks")


def _ask_all(call: Call, questions: Sequence[SatisfactionQuestion]) -> bool:
    """Whether the caller has answered all questions. Who refuses, or hangs up before any answer, is not asked again."""
    answered, before = 0, ["satisfaction-intro"]
    for question in questions:
        try:
            key = _ask(call, [*before, question_prompt_key(question)])
        except HungUp:
            if not answered:
                call.write(SatisfactionRefused(call.ref, call.now))
            raise
        if key == REFUSAL:
            call.write(SatisfactionRefused(call.ref, call.now))
            call.say("satisfaction-refused")
        if key is None or key == REFUSAL:
            return False
        call.write(SatisfactionAnswered(call.ref, question.name, int(key)))
        answered, before = answered + 1, []
    return True


def _ask(call: Call, prompts: list[str]) -> str | None:
    """The key of an answer or of a refusal; None when neither came."""
    for _ in range(TRIES):
        key = call.read_key(prompts, KEY_S)
        if key == REFUSAL or (key and key.isdigit() and LOWEST <= int(key) <= HIGHEST):
            return key
        prompts = ["satisfaction-again", prompts[-1]]
    return None
