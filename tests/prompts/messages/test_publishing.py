"""Publishing messages: from an uploaded sound file to the version on air."""

import resource
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from prompts.audio.pcm import read_wav
from prompts.audio.refusals import AudioRefused
from prompts.audio.rendering import AudioToolError
from prompts.checks import check_message, check_programs, check_prompts
from prompts.inventory import PromptRow, PromptState
from prompts.messages.publishing import PublishError, list_versions, publish, roll_back, sound_path
from records.database.engine import Database
from records.messages import message_audio, message_versions
from records.messages.draft_types import AirPeriod
from records.messages.message_versions import NewMessage
from routing.messages import MessageVersion, NoMessagePolicy

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FROM_NOW = AirPeriod()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "messages"


def publish_speech(
    database: Database, folder: Path, file: Path, at: datetime = MONDAY, period: AirPeriod = FROM_NOW, **limits
) -> MessageVersion:
    message = NewMessage("daily", "Bonjour.", period, "Accueil")
    return publish(database, folder, file, message, at=at, **limits)


def states(
    database: Database, folder: Path, now: datetime, when_none: NoMessagePolicy = NoMessagePolicy.KEEP_LAST
) -> list[str]:
    return [listed.state for listed in list_versions(database, folder, "daily", when_none=when_none, now=now)]


def test_a_published_message_is_on_air_at_every_rate(database, folder, speech):
    version = publish_speech(database, folder, speech)
    assert states(database, folder, MONDAY) == ["on air"]
    path = sound_path(folder, version.audio)
    assert sorted(file.name for file in folder.iterdir()) == [f"{path.name}{s}" for s in (".flac", ".sln16", ".wav")]
    assert read_wav(path.with_suffix(".wav")).rate == 8_000
    known = message_audio.get_audio(database, version.audio)
    assert known.media_type == "audio/wav"
    assert known.original_name == speech.name
    assert known.seconds == pytest.approx(read_wav(speech).seconds, abs=0.6)
    assert known.level_dbfs == pytest.approx(-20, abs=2)


def test_a_recording_that_is_published_twice_is_stored_once(database, folder, speech):
    assert (
        publish_speech(database, folder, speech).audio == publish_speech(database, folder, speech, MONDAY + DAY).audio
    )
    assert len(list(folder.iterdir())) == 3
    assert states(database, folder, MONDAY + DAY) == ["on air", "over"]


@pytest.mark.parametrize(
    "limits", [{"max_seconds": 3}, {"period": AirPeriod(end=MONDAY - DAY)}, {"period": AirPeriod(end=MONDAY)}]
)
def test_a_refused_message_leaves_the_previous_message_on_air(limits, database, folder, speech, make_with_ffmpeg):
    before = publish_speech(database, folder, speech)
    files = sorted(folder.iterdir())
    other = make_with_ffmpeg("other.wav", "-i", speech, "-af", "atempo=1.2")
    with pytest.raises((AudioRefused, PublishError)):
        publish_speech(database, folder, other, **limits)
    assert message_versions.list_versions(database, "daily") == (before,)
    assert sorted(folder.iterdir()) == files


def test_a_full_disk_leaves_the_previous_message_on_air(database, folder, speech):
    """A limit on file size stops ffmpeg as a full disk does: after a part of the file, writing fails."""
    before = publish_speech(database, folder, speech)
    files = sorted(folder.iterdir())
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(AudioToolError, match="room left on the disk"):
            publish_speech(database, folder, speech)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert message_versions.list_versions(database, "daily") == (before,)
    assert sorted(folder.iterdir()) == files


def test_a_file_name_is_stored_and_never_used_as_a_path(database, folder, speech, make_with_ffmpeg, tmp_path):
    hostile = tmp_path / "..\n\x1b[31m%2e%2e.wav"
    hostile.write_bytes(speech.read_bytes())
    known = message_audio.get_audio(database, publish_speech(database, folder, hostile).audio)
    assert known.original_name == "..[31m%2e%2e.wav"
    assert all(file.stem == known.sha256 for file in folder.iterdir())


def test_a_message_for_tomorrow_waits_and_afterwards_the_previous_one_returns(
    database, folder, speech, make_with_ffmpeg
):
    first = publish_speech(database, folder, speech)
    special = make_with_ffmpeg("special.wav", "-i", speech, "-af", "atempo=1.2")
    second = publish_speech(database, folder, special, period=AirPeriod(MONDAY + DAY, MONDAY + 2 * DAY))
    assert states(database, folder, MONDAY) == ["coming", "on air"]
    assert states(database, folder, MONDAY + DAY) == ["on air", "over"]
    assert states(database, folder, MONDAY + 3 * DAY) == ["over", "on air"]
    assert first.audio != second.audio


def test_rolling_back_puts_the_previous_message_on_air(database, folder, speech, make_with_ffmpeg):
    first = publish_speech(database, folder, speech)
    publish_speech(database, folder, make_with_ffmpeg("second.wav", "-i", speech, "-af", "atempo=1.2"), MONDAY + DAY)
    again = roll_back(database, folder, "daily", by="Accueil", at=MONDAY + DAY + timedelta(hours=1))
    assert again.audio == first.audio
    assert states(database, folder, MONDAY + 2 * DAY) == ["on air", "over", "over"]


def test_rolling_back_to_a_missing_sound_leaves_the_current_message_on_air(database, folder, speech, make_with_ffmpeg):
    first = publish_speech(database, folder, speech)
    second = publish_speech(
        database, folder, make_with_ffmpeg("second.wav", "-i", speech, "-af", "atempo=1.2"), MONDAY + DAY
    )
    sound_path(folder, first.audio).with_suffix(".wav").unlink()
    with pytest.raises(PublishError, match="gone from the disk"):
        roll_back(database, folder, "daily", by="Accueil", at=MONDAY + 2 * DAY)
    rows = list_versions(database, folder, "daily", when_none=NoMessagePolicy.KEEP_LAST, now=MONDAY + 2 * DAY)
    assert [row.version.audio for row in rows if row.state == "on air"] == [second.audio]


def test_a_message_past_its_end_stays_or_ends_by_the_plans_policy(database, folder, speech):
    publish_speech(database, folder, speech, period=AirPeriod(end=MONDAY + DAY))
    later = MONDAY + 3 * DAY
    assert states(database, folder, later) == ["on air, past its end"]
    assert states(database, folder, later, NoMessagePolicy.PLAY_SENTENCE) == ["over"]


def test_doctor_reports_what_callers_hear(database, folder, speech):
    def doctor(now: datetime, when_none: NoMessagePolicy = NoMessagePolicy.KEEP_LAST):
        return check_message("daily", list_versions(database, folder, "daily", when_none=when_none, now=now), now)

    assert str(doctor(MONDAY).message) == "no message is on air in daily"
    version = publish_speech(database, folder, speech, period=AirPeriod(end=MONDAY + 5 * DAY))
    assert doctor(MONDAY + DAY).ok
    assert str(doctor(MONDAY + 3 * DAY).message) == "the message on air in daily began 3 days ago"
    assert str(doctor(MONDAY + 6 * DAY).message) == "the message on air in daily is past its end; it began 6 days ago"
    sound_path(folder, version.audio).with_suffix(".wav").unlink()
    gone = doctor(MONDAY + DAY)
    assert (gone.ok, str(gone.remedy)) == (False, "run: standardiste message publish FILE --announcement daily")
    assert "gone from the disk" in str(gone.message)


def test_doctor_counts_faulty_prompts_by_kind(monkeypatch, tmp_path):
    rows = [PromptRow(f"p{n}", "fr", "Texte.", "voice", None, None, PromptState.MISSING) for n in range(5)]
    rows.append(PromptRow("loud", "en", "Text.", "recording", 1.0, -9.0, PromptState.TOO_LOUD))
    assert [str(check.message) for check in check_prompts(rows)] == [
        "5 prompts are missing: fr/p0, fr/p1, fr/p2, …",
        "1 prompt is too loud: en/loud",
    ]
    assert all(check.ok for check in check_programs())
    monkeypatch.setenv("PATH", str(tmp_path))
    assert {str(check.remedy) for check in check_programs()} == {
        f"run: apt install {package}" for package in ("ffmpeg", "util-linux", "espeak-ng")
    }
