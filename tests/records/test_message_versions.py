from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from records.base import Base
from records.errors import NotFound
from records.messages import Audio, audio, lengths, publish, roll_back, versions
from routing.messages import MessageVersion, WhenNone, on_air

HOUR = timedelta(hours=1)
MONDAY = Audio("a" * 64, 31.5, "audio/mpeg", "monday.mp3", -20.1, -3.0)
TUESDAY = Audio("b" * 64, 29.0, "audio/mpeg", "tuesday.mp3", -19.9, -3.0)


def put(
    base: Base, sound: Audio, at: datetime, until: datetime | None = None, start: datetime | None = None
) -> MessageVersion:
    interval = {"valid_from": start or at, "valid_until": until}
    return publish(base, slot="daily", audio=sound, text=sound.original_name, **interval, by="Anne", at=at)


def plays(base: Base, at: datetime) -> str | None:
    version = on_air(versions(base, "daily"), "daily", at, WhenNone.LAST).version
    return version and version.audio


def test_a_published_version_comes_back_as_it_was_published(base: Base, noon: datetime) -> None:
    version = put(base, MONDAY, noon, until=noon + HOUR)
    assert versions(base, "daily") == (version,)
    assert (version.audio, version.text, version.published_by) == (MONDAY.sha256, "monday.mp3", "Anne")
    assert audio(base, MONDAY.sha256) == MONDAY
    assert versions(base, "other") == ()


def test_the_same_recording_can_be_published_twice_and_is_kept_once(base: Base, noon: datetime) -> None:
    put(base, MONDAY, noon)
    put(base, MONDAY, noon + HOUR)
    assert len(versions(base, "daily")) == 2
    assert lengths(base) == {MONDAY.sha256: MONDAY.seconds}


def test_a_version_that_ends_before_it_begins_is_refused(base: Base, noon: datetime) -> None:
    with pytest.raises(IntegrityError):
        put(base, MONDAY, noon, until=noon - HOUR)
    assert versions(base, "daily") == ()


def test_yesterdays_message_is_put_back_and_a_second_time_todays(base: Base, noon: datetime) -> None:
    put(base, MONDAY, noon)
    put(base, TUESDAY, noon + HOUR)
    assert plays(base, noon + 2 * HOUR) == TUESDAY.sha256
    again = roll_back(base, "daily", by="Basile", at=noon + 2 * HOUR)
    assert (again.audio, again.text, again.published_by) == (MONDAY.sha256, "monday.mp3", "Basile")
    assert plays(base, noon + 2 * HOUR) == MONDAY.sha256
    assert plays(base, noon + 90 * timedelta(minutes=1)) == TUESDAY.sha256
    roll_back(base, "daily", by="Basile", at=noon + 3 * HOUR)
    assert plays(base, noon + 3 * HOUR) == TUESDAY.sha256


def test_a_message_put_back_keeps_its_end_only_if_that_is_still_to_come(base: Base, noon: datetime) -> None:
    put(base, MONDAY, noon, until=noon + 5 * HOUR)
    put(base, TUESDAY, noon + HOUR)
    assert roll_back(base, "daily", by="Anne", at=noon + 2 * HOUR).valid_until == noon + 5 * HOUR
    put(base, TUESDAY, noon + 3 * HOUR)
    assert roll_back(base, "daily", by="Anne", at=noon + 6 * HOUR).valid_until is None


def test_what_is_still_to_come_is_not_put_back(base: Base, noon: datetime) -> None:
    put(base, MONDAY, noon)
    put(base, TUESDAY, noon, start=noon + 24 * HOUR)
    with pytest.raises(NotFound, match="No earlier message"):
        roll_back(base, "daily", by="Anne", at=noon + HOUR)


def test_with_nothing_on_air_there_is_nothing_to_put_back(base: Base, noon: datetime) -> None:
    with pytest.raises(NotFound, match="publish one"):
        roll_back(base, "daily", by="Anne", at=noon)
