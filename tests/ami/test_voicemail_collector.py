"""Voicemail recordings are kept once, with their calls."""

import wave
from datetime import timedelta

import numpy as np
import pytest
from asterisk_files import ANSWERED, NOW, PYTHON_DEAD, AsteriskFiles, details, open_call, set_modified

from ami.voicemail_collector import RECORDING_TIMEOUT
from prompts.audio.pcm import Pcm, measure, read_wav
from records.call_events import Disposition
from records.calls import calls
from records.database.engine import Database
from records.requests import requests
from records.requests.requests import RequestKind


def noise(seconds: float, dbfs: float) -> Pcm:
    """White noise of this level."""
    samples = np.random.default_rng(1).normal(0, 32768 * 10 ** (dbfs / 20), int(seconds * 8000))
    return Pcm(samples.clip(-32768, 32767).astype("<i2").tobytes(), 8000)


def open_kinds(database: Database) -> list[RequestKind]:
    return [request.kind for request in requests.list_open_requests(database)]


@pytest.fixture
def after_calls(files: AsteriskFiles, recorded_lines: list[bytes]) -> AsteriskFiles:
    """Both recorded calls have ended, and are on record."""
    files.append(*recorded_lines)
    files.sync()
    return files


def test_a_voicemail_is_kept_with_its_call_and_opens_a_request(after_calls: AsteriskFiles, database: Database) -> None:
    left_at = NOW - timedelta(hours=3)
    recording = after_calls.record(PYTHON_DEAD, noise(4, -25), at=left_at)
    after_calls.sync()
    detail = details(database)[PYTHON_DEAD]
    assert detail.call.disposition is Disposition.VOICEMAIL
    assert (detail.voicemail.seconds, detail.voicemail.left_at) == (4, left_at)
    assert measure(read_wav(after_calls.voicemail / detail.voicemail.file)).active_dbfs == pytest.approx(-25, abs=2)
    assert not recording.exists()
    assert open_kinds(database) == [RequestKind.VOICEMAIL]


@pytest.mark.parametrize(
    "sound", [noise(10, -90), noise(10, -65), Pcm(b"", 8000), noise(0.5, -20)], ids=["mute", "hiss", "empty", "short"]
)
def test_a_recording_without_speech_is_a_missed_call_and_no_voicemail(
    after_calls: AsteriskFiles, database: Database, sound: Pcm
) -> None:
    recording = after_calls.record(PYTHON_DEAD, sound)
    after_calls.sync()
    assert details(database)[PYTHON_DEAD].voicemail is None
    assert open_kinds(database) == [RequestKind.MISSED]
    assert not recording.exists()
    assert not list(after_calls.voicemail.iterdir())


def test_a_caller_sent_to_voicemail_who_says_nothing_is_a_missed_call(files: AsteriskFiles, database: Database) -> None:
    open_call(database, "7.7", NOW - timedelta(minutes=1))
    calls.close_call(database, "7.7", at=NOW, disposition=None, cause="16")
    assert open_kinds(database) == []
    files.record("7.7", noise(10, -90))
    files.sync()
    assert open_kinds(database) == [RequestKind.MISSED]


def test_a_recording_without_speech_after_an_answered_call_opens_no_request(
    after_calls: AsteriskFiles, database: Database
) -> None:
    before = open_kinds(database)
    after_calls.record(ANSWERED, noise(10, -90))
    after_calls.sync()
    assert open_kinds(database) == before


def test_a_recording_is_not_touched_before_its_call_has_ended(
    files: AsteriskFiles, database: Database, recorded_lines: list[bytes]
) -> None:
    files.append(*recorded_lines[:-3])
    recording = files.record(PYTHON_DEAD, noise(4, -25))
    files.sync()
    assert recording.exists()
    assert details(database)[PYTHON_DEAD].voicemail is None
    files.append(*recorded_lines[-3:])
    files.sync()
    assert details(database)[PYTHON_DEAD].voicemail is not None


def test_a_recording_that_a_killed_asterisk_left_is_kept_with_its_length(
    files: AsteriskFiles, database: Database, recorded_lines: list[bytes]
) -> None:
    files.append(*recorded_lines[:-3])  # neither the end of the call nor the length in the WAV header was written
    recording = files.record(PYTHON_DEAD, noise(4, -25))
    content = bytearray(recording.read_bytes())
    content[4:8] = content[40:44] = bytes(4)
    recording.write_bytes(bytes(content) + b"\x01")
    set_modified(recording, NOW)
    files.sync(NOW + RECORDING_TIMEOUT)
    voicemail = details(database)[PYTHON_DEAD].voicemail
    assert voicemail.seconds == 4
    with wave.open(str(files.voicemail / voicemail.file)) as kept:
        assert kept.getnframes() == 4 * 8000


@pytest.mark.parametrize("crash", ["before the file moved", "before the recording was deleted"])
def test_a_crash_while_a_voicemail_is_kept_keeps_it_once(
    after_calls: AsteriskFiles, database: Database, crash: str
) -> None:
    recording = after_calls.record(PYTHON_DEAD, noise(4, -25))
    content = recording.read_bytes()
    after_calls.sync()
    first = details(database)[PYTHON_DEAD].voicemail
    recording.write_bytes(content)
    if crash == "before the file moved":
        (after_calls.voicemail / first.file).unlink()
    after_calls.restart()
    after_calls.sync()
    assert details(database)[PYTHON_DEAD].voicemail == first
    assert (after_calls.voicemail / first.file).read_bytes() == content
    assert not recording.exists()
    assert len(open_kinds(database)) == 1


def test_a_recording_of_an_unknown_call_is_left_in_place_and_logged_once_and_does_not_delay_others(
    after_calls: AsteriskFiles, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    unknown = after_calls.record("1111.1", noise(4, -25), at=NOW - RECORDING_TIMEOUT)
    after_calls.record(PYTHON_DEAD, noise(4, -25))
    for _ in range(3):
        after_calls.sync()
    assert unknown.exists()
    assert details(database)[PYTHON_DEAD].voicemail is not None
    assert caplog.text.count(str(unknown)) == 1


def test_a_recording_that_cannot_be_read_is_logged_once_and_does_not_delay_others(
    after_calls: AsteriskFiles, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    (after_calls.recordings / f"{ANSWERED}.wav").mkdir()
    after_calls.record(PYTHON_DEAD, noise(4, -25))
    for _ in range(3):
        after_calls.sync()
    assert details(database)[PYTHON_DEAD].voicemail is not None
    assert caplog.text.count("cannot keep the recording") == 1
