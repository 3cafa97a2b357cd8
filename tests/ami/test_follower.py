import os
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from ami import channel_events
from ami.channel_events import Log
from ami.follower import FINISHED_AFTER, Follower
from prompts.pcm import Pcm, measure, read_wav, write_wav
from records import calls, requests
from records.base import Base
from records.events import CallEvent, CallEventKind, Ending
from records.requests import RequestKind
from records.stories import Story, recent, story
from routing.plan import Plan

ANSWERED, PYTHON_DEAD = "1795297648.0", "1795297663.33"
NOW = datetime.fromtimestamp(1795297700, UTC)


class Spool:
    """The folders that Asterisk writes to, and the follower that empties them."""

    def __init__(self, folder: Path, base: Base, plan: Plan) -> None:
        self.base, self.plan = base, plan
        self.log, self.recorded, self.kept = folder / "channel-events.csv", folder / "recorded", folder / "kept"
        self.pid_file = folder / "asterisk.pid"
        for made in (self.recorded, self.kept):
            made.mkdir(parents=True)
        self.restart()

    def restart(self) -> None:
        """A new follower, which knows nothing but the files and the base."""
        log = Log(self.log, self.plan)
        folders = {"recorded": self.recorded, "kept": self.kept, "pid_file": self.pid_file}
        self.follower = Follower(self.base, log, **folders)

    def append(self, *lines: bytes) -> None:
        with self.log.open("ab") as log:
            log.writelines(lines)

    def follow(self, now: datetime = NOW) -> None:
        self.follower.follow(now)

    def record(self, ref: str, sound: Pcm, at: datetime = NOW) -> Path:
        file = self.recorded / f"{ref}.wav"
        write_wav(file, sound)
        touch(file, at)
        return file


def touch(file: Path, at: datetime) -> None:
    os.utime(file, (at.timestamp(), at.timestamp()))


def noise(seconds: float, dbfs: float) -> Pcm:
    """White noise of that level."""
    samples = np.random.default_rng(1).normal(0, 32768 * 10 ** (dbfs / 20), int(seconds * 8000))
    return Pcm(samples.clip(-32768, 32767).astype("<i2").tobytes(), 8000)


@pytest.fixture
def spool(tmp_path: Path, base: Base, plan: Plan) -> Spool:
    return Spool(tmp_path / "spool", base, plan)


def stories(base: Base) -> dict[str, Story]:
    return {call.ref: story(base, call.ref) for call in recent(base)}


def rename(base: Base, table: str, name: str) -> None:
    with base.write() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {name}")


def open_kinds(base: Base) -> list[RequestKind]:
    return [request.kind for request in requests.open_requests(base)]


# --- the log ----------------------------------------------------------------------------------------------------------


def test_calls_that_python_never_saw_are_on_record(spool: Spool, base: Base, recorded_lines: list[bytes]) -> None:
    spool.append(*recorded_lines)
    spool.follow()
    told = stories(base)
    assert told[ANSWERED].call.ending is Ending.STAFF
    assert told[PYTHON_DEAD].call.ending is Ending.ABANDONED
    assert told[PYTHON_DEAD].call.line == "+33639980001"
    assert [(request.kind, request.call_ref) for request in requests.open_requests(base)] == [
        (RequestKind.MISSED, PYTHON_DEAD)
    ]


def test_a_follower_that_restarts_at_any_byte_tells_the_same_story(
    spool: Spool, base: Base, recorded_lines: list[bytes]
) -> None:
    whole = b"".join(recorded_lines)
    spool.append(whole)
    spool.follow()
    expected = stories(base)
    for cut in range(0, len(whole), 397):
        with base.write() as wiper:
            for table in ("request", "interaction", "call_event", "call", "contact_line", "line", "contact", "cursor"):
                wiper.exec_driver_sql(f"DELETE FROM {table}")
        spool.log.unlink()
        for part in (whole[:cut], whole[cut:]):
            spool.append(part)
            spool.restart()
            spool.follow()
            spool.follow()
        assert [s.events for s in stories(base).values()] == [s.events for s in expected.values()]
        assert [s.call.ending for s in stories(base).values()] == [s.call.ending for s in expected.values()]


def test_a_large_log_is_rotated_and_no_event_is_lost_or_told_twice(
    spool: Spool, base: Base, recorded_lines: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_events, "ROTATE_AT", 2000)
    for line in recorded_lines:
        spool.append(line)
        spool.restart()
        spool.follow()
    rotated = {s.call.ref: s.events for s in stories(base).values()}
    assert spool.log.exists() is False or spool.log.stat().st_size < 3000
    assert [len(events) for events in rotated.values()] == [4, 5]
    with base.read() as connection:
        cursors = connection.exec_driver_sql("SELECT count(*) FROM cursor").scalar()
    assert cursors <= 2


def test_what_asterisk_writes_before_the_renamed_log_is_removed_is_read(
    spool: Spool, base: Base, recorded_lines: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_events, "ROTATE_AT", 100)
    spool.append(*recorded_lines[:-5])
    spool.follow()
    with spool.log.with_suffix(".old").open("ab") as opened_before:
        opened_before.writelines(recorded_lines[-5:-3])
    monkeypatch.undo()
    spool.append(*recorded_lines[-3:])
    spool.follow()
    assert stories(base)[PYTHON_DEAD].call.ended_at is not None
    assert not spool.log.with_suffix(".old").exists()


def test_a_renamed_log_that_ends_in_half_a_line_does_not_stop_the_next_one(
    spool: Spool, base: Base, recorded_lines: list[bytes]
) -> None:
    spool.log.with_suffix(".old").write_bytes(recorded_lines[0] + recorded_lines[1][:30])
    spool.append(*recorded_lines)
    spool.follow()
    assert set(stories(base)) == {ANSWERED, PYTHON_DEAD}


def test_a_log_put_in_the_place_of_another_is_read_from_its_beginning(
    spool: Spool, base: Base, recorded_lines: list[bytes]
) -> None:
    second = next(number for number, line in enumerate(recorded_lines) if PYTHON_DEAD.encode() in line)
    spool.append(*recorded_lines[:second])
    spool.follow()
    spool.log.unlink()
    spool.append(*recorded_lines[second:])
    spool.follow()
    assert set(stories(base)) == {ANSWERED, PYTHON_DEAD}


def test_garbage_between_the_lines_costs_no_call(spool: Spool, base: Base, recorded_lines: list[bytes]) -> None:
    for line in recorded_lines:
        spool.append(line, b'"HANGUP","x"\n', b"\xff\0\n", b"\n")
    spool.follow()
    assert [s.call.ending for s in stories(base).values()] == [Ending.ABANDONED, Ending.STAFF]


def test_an_event_that_the_base_refuses_costs_no_other(
    spool: Spool, base: Base, recorded_lines: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    hangup = next(line for line in recorded_lines if line.startswith(b'"HANGUP"') and b"trunk" in line.split(b",")[4])
    refused = hangup.replace(b'""hangupcause"":16', rb'""hangupcause"":""\ud800""').replace(ANSWERED.encode(), b"9.9")
    spool.append(refused, *recorded_lines)
    spool.follow()
    assert [s.call.ending for s in stories(base).values() if s.call.ref != "9.9"] == [Ending.ABANDONED, Ending.STAFF]
    assert caplog.text.count("passed over") == 1
    spool.restart()
    spool.follow()
    assert caplog.text.count("passed over") == 1


def test_a_base_that_is_away_is_said_once_and_nothing_is_lost(
    spool: Spool, base: Base, recorded_lines: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    spool.append(*recorded_lines)
    rename(base, "cursor", "lost")
    for _ in range(3):
        spool.follow()
    assert caplog.text.count("will try again") == 1
    rename(base, "lost", "cursor")
    spool.follow()
    assert len(stories(base)) == 2
    rename(base, "cursor", "lost")
    spool.follow()
    assert caplog.text.count("will try again") == 2


# --- Asterisk ended --------------------------------------------------------------------------------------------------


def asterisk_starts(spool: Spool, at: datetime) -> None:
    spool.pid_file.write_text("4711\n")
    touch(spool.pid_file, at)


def opened(base: Base, ref: str, at: datetime, *events: CallEventKind) -> None:
    arrival = {"landing": "+33199000000", "public_number": None, "caller": None, "withheld": True, "language": "fr"}
    calls.open_call(base, ref, **arrival, plan_version=1, at=at)
    calls.note(base, ref, [CallEvent(at, kind) for kind in events])


def test_calls_that_ended_with_asterisk_are_closed_as_cut_and_who_wanted_a_person_is_missed(
    spool: Spool, base: Base
) -> None:
    before = NOW - timedelta(seconds=20)
    opened(base, "1.1", before, CallEventKind.KEY)
    opened(base, "1.2", before, CallEventKind.QUEUE_ENTERED)
    opened(base, "1.3", before, CallEventKind.QUEUE_ENTERED, CallEventKind.STAFF_ANSWERED)
    opened(base, "1.4", before, CallEventKind.QUEUE_ENTERED, CallEventKind.CALLBACK_REQUESTED)
    opened(base, "2.1", NOW - timedelta(seconds=5))
    spool.follow()
    assert {story.call.ended_at for story in stories(base).values()} == {None}  # nothing tells yet that it has ended

    started = NOW - timedelta(seconds=10)
    asterisk_starts(spool, started)
    spool.follow()

    told = stories(base)
    endings = {ref: told[ref].call.ending for ref in told}
    assert endings == {"1.1": "cut", "1.2": "cut", "1.3": "cut", "1.4": "callback", "2.1": None}
    assert told["1.1"].call.ended_at == started
    assert sorted(r.call_ref for r in requests.open_requests(base) if r.kind is RequestKind.MISSED) == ["1.2", "1.3"]


def test_a_call_whose_end_is_in_the_log_is_not_cut(spool: Spool, base: Base, recorded_lines: list[bytes]) -> None:
    spool.append(*recorded_lines)
    asterisk_starts(spool, NOW)
    spool.follow()
    assert [story.call.ending for story in stories(base).values()] == [Ending.ABANDONED, Ending.STAFF]


def test_a_cut_call_that_was_written_down_late_is_found_too(spool: Spool, base: Base) -> None:
    asterisk_starts(spool, NOW - timedelta(seconds=10))
    spool.follow()
    opened(base, "1.1", NOW - timedelta(seconds=20))
    spool.follow(NOW + timedelta(seconds=10))
    assert stories(base)["1.1"].call.ended_at is None
    spool.follow(NOW + timedelta(seconds=61))
    assert stories(base)["1.1"].call.ending is Ending.CUT
    calls.note(base, "1.1", [CallEvent(NOW, CallEventKind.KEY)])
    assert stories(base)["1.1"].call.ending is Ending.CUT


def test_a_clock_that_was_put_back_cuts_nobody(spool: Spool, base: Base) -> None:
    opened(base, "1.1", NOW)
    asterisk_starts(spool, NOW + timedelta(hours=1))
    spool.follow()
    assert stories(base)["1.1"].call.ended_at is None


# --- voicemail --------------------------------------------------------------------------------------------------------


@pytest.fixture
def followed(spool: Spool, recorded_lines: list[bytes]) -> Spool:
    spool.append(*recorded_lines)
    spool.follow()
    return spool


def test_words_left_are_kept_with_their_call_and_asked_to_be_treated(followed: Spool, base: Base) -> None:
    left_at = NOW - timedelta(hours=3)
    recording = followed.record(PYTHON_DEAD, noise(4, -25), at=left_at)
    followed.follow()
    told = stories(base)[PYTHON_DEAD]
    assert told.call.ending is Ending.VOICEMAIL
    assert (told.voicemail.seconds, told.voicemail.left_at) == (4, left_at)
    assert measure(read_wav(followed.kept / told.voicemail.file)).active_dbfs == pytest.approx(-25, abs=1)
    assert not recording.exists()
    assert open_kinds(base) == [RequestKind.VOICEMAIL]


@pytest.mark.parametrize(
    "sound", [noise(10, -90), noise(10, -65), Pcm(b"", 8000), noise(0.5, -20)], ids=["mute", "hiss", "empty", "short"]
)
def test_a_recording_in_which_nobody_spoke_is_a_missed_call_and_no_voicemail(
    followed: Spool, base: Base, sound: Pcm
) -> None:
    recording = followed.record(PYTHON_DEAD, sound)
    followed.follow()
    assert stories(base)[PYTHON_DEAD].voicemail is None
    assert open_kinds(base) == [RequestKind.MISSED]
    assert not recording.exists()
    assert not list(followed.kept.iterdir())


def test_who_was_led_straight_to_voicemail_and_said_nothing_is_missed_too(spool: Spool, base: Base) -> None:
    at = NOW - timedelta(minutes=1)
    arrival = {"landing": "+33199000000", "public_number": None, "caller": None, "withheld": True, "language": "fr"}
    calls.open_call(base, "7.7", **arrival, plan_version=1, at=at)
    calls.close_call(base, "7.7", at=NOW, ending=None, cause="16")
    assert open_kinds(base) == []
    spool.record("7.7", noise(10, -90))
    spool.follow()
    assert open_kinds(base) == [RequestKind.MISSED]


def test_silence_after_a_call_that_ended_well_asks_for_nothing(followed: Spool, base: Base) -> None:
    before = open_kinds(base)
    followed.record(ANSWERED, noise(10, -90))
    followed.follow()
    assert open_kinds(base) == before


def test_a_recording_is_left_alone_while_its_call_lasts(spool: Spool, base: Base, recorded_lines: list[bytes]) -> None:
    spool.append(*recorded_lines[:-3])
    recording = spool.record(PYTHON_DEAD, noise(4, -25))
    spool.follow()
    assert recording.exists()
    assert stories(base)[PYTHON_DEAD].voicemail is None
    spool.append(*recorded_lines[-3:])
    spool.follow()
    assert stories(base)[PYTHON_DEAD].voicemail is not None


def test_what_a_killed_asterisk_was_recording_is_kept_with_a_length(
    spool: Spool, base: Base, recorded_lines: list[bytes]
) -> None:
    spool.append(*recorded_lines[:-3])  # the end of the call was never written, nor the length of the sound
    recording = spool.record(PYTHON_DEAD, noise(4, -25))
    content = bytearray(recording.read_bytes())
    content[4:8] = content[40:44] = bytes(4)
    recording.write_bytes(bytes(content) + b"\x01")
    touch(recording, NOW)
    spool.follow(NOW + FINISHED_AFTER)
    voicemail = stories(base)[PYTHON_DEAD].voicemail
    assert voicemail.seconds == 4
    with wave.open(str(spool.kept / voicemail.file)) as kept:
        assert kept.getnframes() == 4 * 8000


@pytest.mark.parametrize("fell", ["before its file moved", "before its spool was cleared"])
def test_a_follower_that_falls_while_it_keeps_a_voicemail_keeps_it_once(followed: Spool, base: Base, fell: str) -> None:
    recording = followed.record(PYTHON_DEAD, noise(4, -25))
    spoken = recording.read_bytes()
    followed.follow()
    first = stories(base)[PYTHON_DEAD].voicemail
    recording.write_bytes(spoken)
    if fell == "before its file moved":
        (followed.kept / first.file).unlink()
    followed.restart()
    followed.follow()
    assert stories(base)[PYTHON_DEAD].voicemail == first
    assert (followed.kept / first.file).read_bytes() == spoken
    assert not recording.exists()
    assert len(open_kinds(base)) == 1


def test_a_recording_without_a_call_stays_is_said_once_and_holds_up_no_other(
    followed: Spool, base: Base, caplog: pytest.LogCaptureFixture
) -> None:
    lost = followed.record("1111.1", noise(4, -25), at=NOW - FINISHED_AFTER)
    followed.record(PYTHON_DEAD, noise(4, -25))
    for _ in range(3):
        followed.follow()
    assert lost.exists()
    assert stories(base)[PYTHON_DEAD].voicemail is not None
    assert caplog.text.count(str(lost)) == 1


def test_a_recording_that_cannot_be_read_holds_up_no_other(
    followed: Spool, base: Base, caplog: pytest.LogCaptureFixture
) -> None:
    (followed.recorded / f"{ANSWERED}.wav").mkdir()
    followed.record(PYTHON_DEAD, noise(4, -25))
    for _ in range(3):
        followed.follow()
    assert stories(base)[PYTHON_DEAD].voicemail is not None
    assert caplog.text.count("cannot be kept") == 1
