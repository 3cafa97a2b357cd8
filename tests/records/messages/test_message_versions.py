"""Published versions of messages."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from records.database.engine import Database
from records.errors import NotFound
from records.messages.draft_types import AirPeriod
from records.messages.message_audio import Audio, get_audio, get_audio_lengths
from records.messages.message_versions import NewMessage, list_versions, publish_message, roll_back_message
from routing.messages import MessageVersion, NoMessagePolicy, find_on_air

HOUR = timedelta(hours=1)
MONDAY = Audio("a" * 64, 31.5, "audio/mpeg", "monday.mp3", -20.1, -3.0)
TUESDAY = Audio("b" * 64, 29.0, "audio/mpeg", "tuesday.mp3", -19.9, -3.0)


def publish(
    database: Database, sound: Audio, at: datetime, until: datetime | None = None, start: datetime | None = None
) -> MessageVersion:
    message = NewMessage("daily", sound.original_name, AirPeriod(start, until), "Anne")
    return publish_message(database, message, sound, at=at)


def plays(database: Database, at: datetime) -> str | None:
    version = find_on_air(list_versions(database, "daily"), "daily", at, NoMessagePolicy.KEEP_LAST).version
    return version and version.audio


def test_a_published_version_is_read_back_unchanged(database: Database, noon: datetime) -> None:
    version = publish(database, MONDAY, noon, until=noon + HOUR)
    assert list_versions(database, "daily") == (version,)
    assert (version.audio, version.text, version.published_by) == (MONDAY.sha256, "monday.mp3", "Anne")
    assert get_audio(database, MONDAY.sha256) == MONDAY
    assert list_versions(database, "other") == ()


def test_a_recording_published_twice_is_stored_once(database: Database, noon: datetime) -> None:
    publish(database, MONDAY, noon)
    publish(database, MONDAY, noon + HOUR)
    assert len(list_versions(database, "daily")) == 2
    assert get_audio_lengths(database, list_versions(database, "daily")) == {MONDAY.sha256: MONDAY.seconds}


def test_a_version_that_ends_before_it_begins_is_refused(database: Database, noon: datetime) -> None:
    with pytest.raises(IntegrityError):
        publish(database, MONDAY, noon, until=noon - HOUR)
    assert list_versions(database, "daily") == ()


def test_a_roll_back_restores_the_message_before_and_a_second_one_the_message_after(
    database: Database, noon: datetime
) -> None:
    publish(database, MONDAY, noon)
    publish(database, TUESDAY, noon + HOUR)
    assert plays(database, noon + 2 * HOUR) == TUESDAY.sha256
    again = roll_back_message(database, "daily", by="Basile", at=noon + 2 * HOUR)
    assert (again.audio, again.text, again.published_by) == (MONDAY.sha256, "monday.mp3", "Basile")
    assert plays(database, noon + 2 * HOUR) == MONDAY.sha256
    assert plays(database, noon + 90 * timedelta(minutes=1)) == TUESDAY.sha256
    roll_back_message(database, "daily", by="Basile", at=noon + 3 * HOUR)
    assert plays(database, noon + 3 * HOUR) == TUESDAY.sha256


def test_a_restored_message_keeps_its_end_only_if_that_is_still_to_come(database: Database, noon: datetime) -> None:
    publish(database, MONDAY, noon, until=noon + 5 * HOUR)
    publish(database, TUESDAY, noon + HOUR)
    assert roll_back_message(database, "daily", by="Anne", at=noon + 2 * HOUR).valid_until == noon + 5 * HOUR
    publish(database, TUESDAY, noon + 3 * HOUR)
    assert roll_back_message(database, "daily", by="Anne", at=noon + 6 * HOUR).valid_until is None


def test_a_message_that_is_still_to_come_is_not_restored(database: Database, noon: datetime) -> None:
    publish(database, MONDAY, noon)
    publish(database, TUESDAY, noon, start=noon + 24 * HOUR)
    with pytest.raises(NotFound, match="No earlier message"):
        roll_back_message(database, "daily", by="Anne", at=noon + HOUR)


def test_a_roll_back_with_nothing_on_air_is_not_found(database: Database, noon: datetime) -> None:
    with pytest.raises(NotFound, match="publish one"):
        roll_back_message(database, "daily", by="Anne", at=noon)
