"""Our processes are stopped, killed or frozen: callers hear an apology and reach the team anyway."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from manual_parts import wait_for_agi
from reception import Reception, event_kinds, prompts_heard, wait_for

from caller.pcm import read_wav
from caller.phone import CallerId
from caller.prompt_recognizer import HeardPrompt
from caller.scripted_call import CallReport, Hangup, Press, RunAction
from caller.tones import Tone

GREETING = "greeting-33199000000"


@pytest.fixture(autouse=True)
def mended(reception: Reception) -> Iterator[None]:
    """Our processes run before and after each test."""
    yield
    reception.supervisorctl("start", "calls")
    wait_for_agi(reception)


def began(story: CallReport, key: str) -> float:
    return next(sound.start_s for sound in story.sounds if isinstance(sound, HeardPrompt) and sound.key == key)


def ended(story: CallReport, key: str) -> float:
    return max(sound.end_s for sound in story.sounds if isinstance(sound, HeardPrompt) and sound.key == key)


def test_without_python_a_new_caller_is_connected(reception: Reception) -> None:
    reception.supervisorctl("stop", "calls")

    story = reception.call(Hangup(during="staff-connecting"), caller=CallerId("+33639980601"))

    assert prompts_heard(story) == ["apology", "staff-connecting"]
    assert story.answered_s is not None and began(story, "apology") - story.answered_s < 3
    record = reception.wait_for_call_detail("+33639980601")  # known all the same, from Asterisk's own log
    assert "fallback" in event_kinds(record)
    assert record.contact is not None
    assert [row.kind for row in record.requests] == ["missed"]


@pytest.mark.long
def test_a_caller_is_connected_when_python_is_killed_during_the_greeting(reception: Reception) -> None:
    [worker] = reception.worker_pids()

    story = reception.call(
        RunAction(action=lambda: os.kill(worker, signal.SIGKILL), during=GREETING),
        Hangup(during="staff-connecting"),
        caller=CallerId("+33639980602"),
    )

    assert prompts_heard(story)[-2:] == ["apology", "staff-connecting"]
    # Asterisk notices when what it plays ends: the menu, and the time it gave for a key.
    last_of_ours = max(ended(story, key) for key in story.heard_prompts if key not in ("apology", "staff-connecting"))
    assert began(story, "apology") - last_of_ours < 2 + 3
    assert "fallback" in event_kinds(reception.wait_for_call_detail("+33639980602"))


def test_the_watchdog_frees_a_caller_from_a_frozen_worker(reception: Reception) -> None:
    [worker] = reception.worker_pids()
    os.kill(worker, signal.SIGSTOP)

    story = reception.call(Hangup(during="staff-connecting"), caller=CallerId("+33639980603"))

    assert prompts_heard(story)[-1] == "staff-connecting"
    assert story.answered_s is not None
    first = min(sound.start_s for sound in story.sounds if isinstance(sound, HeardPrompt))
    assert first - story.answered_s < 3
    assert worker not in reception.worker_pids()


def test_asterisk_frees_a_caller_from_a_frozen_worker_and_watchdog(reception: Reception) -> None:
    processes = [*reception.calls_pids(), reception.supervisor_pid()]  # who would end them
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        story = reception.call(Hangup(during="staff-connecting"), caller=CallerId("+33639980604"))
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)

    assert prompts_heard(story) == ["apology", "staff-connecting"]
    assert story.answered_s is not None and began(story, "apology") - story.answered_s < 3


def test_a_voicemail_without_python_is_stored_and_imported_later(
    reception: Reception, tone: Callable[[int, float], Path]
) -> None:
    reception.supervisorctl("stop", "calls", "switch")
    spool = reception.settings.asterisk_spool / "voicemail"

    def has_spoken() -> None:
        wait_for(
            lambda: any(file.stat().st_size > 32_000 for file in spool.glob("*.wav")),
            "two seconds of speech",
        )

    story = reception.call(
        RunAction(action=has_spoken, after="tone:1000", timeout=30),
        Hangup(),
        caller=CallerId("+33639980605"),
        outgoing_audio=tone(620, 60),
        max_seconds=40,
    )
    assert prompts_heard(story) == ["apology", "staff-connecting", "staff-none", "voicemail-invite"]
    reception.supervisorctl("start", "calls", "switch")

    record = reception.wait_for_call_detail("+33639980605")
    assert [row.kind for row in record.requests if row.is_open] == ["voicemail"]
    assert record.voicemail is not None and record.voicemail.seconds > 1.5
    kept = read_wav(reception.settings.voicemail / record.voicemail.file)
    assert [
        round(sound.frequency) for sound in reception.prompt_recognizer().recognize(kept) if isinstance(sound, Tone)
    ] == [620]


def test_a_planned_restart_cuts_no_call(reception: Reception) -> None:
    watchdog = int(reception.supervisorctl("pid", "calls"))
    [old] = reception.worker_pids()

    story = reception.call(
        RunAction(action=lambda: os.kill(watchdog, signal.SIGHUP), during=GREETING),
        Press(keys="2", during="menu-main-1"),
        caller=CallerId("+33639980606"),
    )

    assert prompts_heard(story) == [GREETING, "menu-main-1", "callback-accepted", "goodbye"]
    wait_for(lambda: old not in reception.worker_pids(), "the old worker to leave")
