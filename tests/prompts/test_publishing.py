"""The daily message, from a file to what callers hear."""

import resource
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from prompts.audio import AudioFailure, AudioRefused
from prompts.checks import message_check, program_checks, prompt_checks
from prompts.pcm import read_wav
from prompts.publishing import PublishError, listing, publish, roll_back, sound_path
from prompts.survey import PromptRow, PromptState
from records import messages
from records.base import Base
from routing.messages import WhenNone

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "messages"


def air(base: Base, store: Path, file: Path, at: datetime = MONDAY, **changes):
    terms = {"slot": "daily", "valid_from": at, "valid_until": None, "text": "Bonjour.", "by": "Accueil", "at": at}
    return publish(base, store, file, **(terms | changes))


def states(base: Base, store: Path, now: datetime, when_none: WhenNone = WhenNone.LAST) -> list[str]:
    return [listed.state for listed in listing(base, store, "daily", when_none=when_none, now=now)]


def test_a_published_message_is_on_the_air_at_every_rate(base, store, speech):
    version = air(base, store, speech)
    assert states(base, store, MONDAY) == ["on air"]
    path = sound_path(store, version.audio)
    assert sorted(file.name for file in store.iterdir()) == [f"{path.name}{s}" for s in (".flac", ".sln16", ".wav")]
    assert read_wav(path.with_suffix(".wav")).rate == 8_000
    known = messages.audio(base, version.audio)
    assert known.media_type == "audio/wav"
    assert known.original_name == speech.name
    assert known.seconds == pytest.approx(read_wav(speech).seconds, abs=0.6)
    assert known.level_dbfs == pytest.approx(-20, abs=2)


def test_the_same_recording_twice_is_kept_once(base, store, speech):
    assert air(base, store, speech).audio == air(base, store, speech, MONDAY + DAY).audio
    assert len(list(store.iterdir())) == 3
    assert states(base, store, MONDAY + DAY) == ["on air", "over"]


@pytest.mark.parametrize("limits", [{"max_seconds": 3}, {"valid_until": MONDAY - DAY}, {"valid_until": MONDAY}])
def test_a_refused_message_leaves_the_one_before(limits, base, store, speech, made):
    before = air(base, store, speech)
    files = sorted(store.iterdir())
    other = made("other.wav", "-i", speech, "-af", "atempo=1.2")
    with pytest.raises((AudioRefused, PublishError)):
        air(base, store, other, **limits)
    assert messages.versions(base, "daily") == (before,)
    assert sorted(store.iterdir()) == files


def test_a_disk_that_cannot_be_written_leaves_the_message_before(base, store, speech):
    """A limit on the size of files stops ffmpeg as a full disk does: a part is there, then writing fails."""
    before = air(base, store, speech)
    files = sorted(store.iterdir())
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(AudioFailure, match="room left on the disk"):
            air(base, store, speech)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert messages.versions(base, "daily") == (before,)
    assert sorted(store.iterdir()) == files


def test_a_file_name_is_remembered_and_never_followed(base, store, speech, made, tmp_path):
    hostile = tmp_path / "..\n\x1b[31m%2e%2e.wav"
    hostile.write_bytes(speech.read_bytes())
    known = messages.audio(base, air(base, store, hostile).audio)
    assert known.original_name == "..[31m%2e%2e.wav"
    assert all(file.stem == known.sha256 for file in store.iterdir())


def test_a_message_for_tomorrow_waits_and_yesterdays_comes_back_by_itself(base, store, speech, made):
    first = air(base, store, speech)
    special = made("special.wav", "-i", speech, "-af", "atempo=1.2")
    second = air(base, store, special, valid_from=MONDAY + DAY, valid_until=MONDAY + 2 * DAY)
    assert states(base, store, MONDAY) == ["coming", "on air"]
    assert states(base, store, MONDAY + DAY) == ["on air", "over"]
    assert states(base, store, MONDAY + 3 * DAY) == ["over", "on air"]
    assert first.audio != second.audio


def test_rolling_back_puts_the_previous_sound_on_the_air(base, store, speech, made):
    first = air(base, store, speech)
    air(base, store, made("second.wav", "-i", speech, "-af", "atempo=1.2"), MONDAY + DAY)
    again = roll_back(base, store, "daily", by="Accueil", at=MONDAY + DAY + timedelta(hours=1))
    assert again.audio == first.audio
    assert states(base, store, MONDAY + 2 * DAY) == ["on air", "over", "over"]


def test_rolling_back_to_a_sound_that_is_gone_leaves_the_message_on_the_air(base, store, speech, made):
    first = air(base, store, speech)
    second = air(base, store, made("second.wav", "-i", speech, "-af", "atempo=1.2"), MONDAY + DAY)
    sound_path(store, first.audio).with_suffix(".wav").unlink()
    with pytest.raises(PublishError, match="gone from the disk"):
        roll_back(base, store, "daily", by="Accueil", at=MONDAY + 2 * DAY)
    rows = listing(base, store, "daily", when_none=WhenNone.LAST, now=MONDAY + 2 * DAY)
    assert [row.version.audio for row in rows if row.state == "on air"] == [second.audio]


def test_a_message_past_its_end_is_said_to_be_stale_or_gone(base, store, speech):
    air(base, store, speech, valid_until=MONDAY + DAY)
    later = MONDAY + 3 * DAY
    assert states(base, store, later) == ["on air, past its end"]
    assert states(base, store, later, WhenNone.SENTENCE) == ["over"]


def test_doctor_says_what_callers_hear(base, store, speech):
    def doctor(now: datetime, when_none: WhenNone = WhenNone.LAST):
        return message_check("daily", listing(base, store, "daily", when_none=when_none, now=now), now)

    assert doctor(MONDAY).sentence == "no message is on air in daily"
    version = air(base, store, speech, valid_until=MONDAY + 5 * DAY)
    assert doctor(MONDAY + DAY).ok
    assert doctor(MONDAY + 3 * DAY).sentence == "the message on air in daily began 3 days ago"
    assert doctor(MONDAY + 6 * DAY).sentence == "the message on air in daily is past its end; it began 6 days ago"
    sound_path(store, version.audio).with_suffix(".wav").unlink()
    gone = doctor(MONDAY + DAY)
    assert (gone.ok, gone.mend) == (False, "run: standardiste message publish FILE --slot daily")
    assert "gone from the disk" in gone.sentence


def test_doctor_counts_faulty_prompts_by_kind(monkeypatch, tmp_path):
    rows = [PromptRow(f"p{n}", "fr", "Texte.", "voice", None, None, PromptState.MISSING) for n in range(5)]
    rows.append(PromptRow("loud", "en", "Text.", "recording", 1.0, -9.0, PromptState.TOO_LOUD))
    assert [check.sentence for check in prompt_checks(rows)] == [
        "5 prompts are missing: fr/p0, fr/p1, fr/p2, …",
        "1 prompt is too loud: en/loud",
    ]
    assert all(check.ok for check in program_checks())
    monkeypatch.setenv("PATH", str(tmp_path))
    assert {check.mend for check in program_checks()} == {
        f"run: apt install {package}" for package in ("ffmpeg", "util-linux", "espeak-ng")
    }
