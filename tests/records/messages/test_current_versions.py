"""The versions that can be on air now or later, without those of the past."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from records.actor import command_line_actor
from records.database.engine import Database
from records.messages import blackout_periods, message_versions
from records.messages.draft_types import AirPeriod
from records.messages.message_audio import Audio
from records.messages.message_versions import NewMessage
from routing.messages import NoMessagePolicy, find_on_air

AUDIO = Audio("b" * 64, 12.0, "audio/mpeg", "monday.mp3")
HOUR = timedelta(hours=1)


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("seed", range(3))
def test_what_is_on_air_is_found_among_the_current_versions_as_among_all(
    database: Database, noon: datetime, seed: int
) -> None:
    chance = random.Random(seed)
    for number in range(40):
        at = noon + number * HOUR
        start = at + chance.choice([0, 0, 0, 5, 50]) * HOUR
        end = chance.choice([None, start + chance.randint(1, 40) * HOUR])
        message = NewMessage("daily", f"Message {number}.", AirPeriod(start, end), "Accueil")
        message_versions.publish_message(database, message, AUDIO, at=at)
        if number % 15 == 7:
            neutral = blackout_periods.NewBlackoutPeriod(at + HOUR, at + 9 * HOUR, "vote", "", ("daily",))
            actor = replace(command_line_actor("Anne"))
            blackout_periods.create_blackout_period(database, actor, neutral, AUDIO, at=at)
    everything = message_versions.list_versions(database, "daily")
    blackouts = blackout_periods.list_blackout_periods(database)
    for now in (noon + hours * HOUR for hours in (0, 17, 41, 90)):
        current = message_versions.list_current_versions(database, "daily", now)
        for later in (now + hours * HOUR for hours in range(0, 120, 3)):
            for policy in NoMessagePolicy:
                expected = find_on_air(everything, "daily", later, policy, blackouts)
                assert find_on_air(current, "daily", later, policy, blackouts) == expected, (now, later)
        assert everything[0] in current  # an editor who publishes must have seen it


def test_a_page_of_the_history_is_a_part_of_it(database: Database, noon: datetime) -> None:
    for number in range(7):
        message = NewMessage("daily", f"Message {number}.", AirPeriod(), "Accueil")
        message_versions.publish_message(database, message, AUDIO, at=noon + number * HOUR)
    everything = message_versions.list_versions(database, "daily")
    assert tuple(message_versions.list_newest_versions(database, "daily", 3, 2)) == everything[2:5]
    assert [one.text for one in message_versions.list_current_versions(database, "daily", noon + 9 * HOUR)] == [
        "Message 6."
    ]
