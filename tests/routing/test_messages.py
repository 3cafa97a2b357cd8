from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.messages import MessageVersion, NoMessagePolicy, OnAir, find_on_air

MONDAY = datetime(2031, 3, 3, 7, tzinfo=UTC)
DAY = timedelta(days=1)


def version(number, valid_from, valid_until=None, published_at=MONDAY, slot="daily"):
    return MessageVersion(number, slot, f"{number:064x}", valid_from, valid_until, published_at, "p01", "")


def number_on_air(versions, now, when_none=NoMessagePolicy.KEEP_LAST):
    found = find_on_air(versions, "daily", now, when_none).version
    return found and found.id


def test_a_version_is_heard_from_its_beginning_until_just_before_its_end():
    one = version(1, MONDAY, MONDAY + DAY)
    sentence = NoMessagePolicy.PLAY_SENTENCE
    assert number_on_air([one], MONDAY - timedelta(microseconds=1), sentence) is None
    assert number_on_air([one], MONDAY, sentence) == 1
    assert number_on_air([one], MONDAY + DAY - timedelta(microseconds=1), sentence) == 1
    assert number_on_air([one], MONDAY + DAY, sentence) is None


def test_todays_message_takes_over_from_yesterdays_at_its_hour():
    versions = [version(1, MONDAY), version(2, MONDAY + DAY)]
    assert number_on_air(versions, MONDAY + DAY - timedelta(seconds=1)) == 1
    assert number_on_air(versions, MONDAY + DAY) == 2


def test_a_message_published_for_tomorrow_is_not_heard_today():
    assert find_on_air([version(1, MONDAY + DAY)], "daily", MONDAY, NoMessagePolicy.KEEP_LAST) == OnAir(
        None, stale=False
    )


def test_of_two_that_begin_together_the_one_published_last_is_heard():
    later = MONDAY + timedelta(hours=1)
    assert number_on_air([version(1, MONDAY, published_at=later), version(2, MONDAY)], later) == 1
    assert number_on_air([version(2, MONDAY), version(1, MONDAY)], later) == 2


def test_without_a_valid_one_yesterdays_goes_on_and_is_called_stale():
    versions = [version(1, MONDAY, MONDAY + DAY), version(2, MONDAY, MONDAY + DAY / 2)]
    assert find_on_air(versions, "daily", MONDAY + 2 * DAY, NoMessagePolicy.KEEP_LAST) == OnAir(versions[0], stale=True)


def test_a_slot_may_prefer_to_say_that_there_is_none():
    assert find_on_air(
        [version(1, MONDAY, MONDAY + DAY)], "daily", MONDAY + 2 * DAY, NoMessagePolicy.PLAY_SENTENCE
    ) == OnAir(None)


def test_a_version_whose_end_came_before_its_beginning_is_never_heard():
    assert number_on_air([version(1, MONDAY + DAY, MONDAY)], MONDAY + 2 * DAY) is None


def test_another_slot_is_another_message():
    assert number_on_air([version(1, MONDAY, slot="agenda")], MONDAY) is None


hours = st.integers(-48, 48).map(lambda hour: MONDAY + timedelta(hours=hour))
versions = st.lists(
    st.builds(version, st.integers(1, 50), hours, st.none() | hours, hours, st.sampled_from(["daily", "agenda"])),
    unique_by=lambda each: each.id,
    max_size=8,
)


@given(versions, hours, st.sampled_from(NoMessagePolicy), st.randoms(use_true_random=False))
def test_what_is_heard_depends_on_the_versions_and_not_on_their_order(listed, now, when_none, random):
    heard = find_on_air(listed, "daily", now, when_none)
    shuffled = random.sample(listed, len(listed))
    assert find_on_air(shuffled, "daily", now, when_none) == heard


@given(versions, hours, st.sampled_from(NoMessagePolicy))
def test_a_valid_version_is_always_heard_and_a_stale_one_only_without(listed, now, when_none):
    heard = find_on_air(listed, "daily", now, when_none)
    valid = [each for each in listed if each.announcement == "daily" and each.is_valid(now)]
    if valid:
        assert heard.version in valid and not heard.stale
        assert heard.version.valid_from == max(each.valid_from for each in valid)
    elif heard.version:
        assert heard.stale and when_none is NoMessagePolicy.KEEP_LAST
        ended = [each for each in listed if each.announcement == "daily" and each.has_ended(now)]
        assert heard.version.valid_until == max(each.valid_until for each in ended)
    else:
        assert when_none is NoMessagePolicy.PLAY_SENTENCE or not any(
            e.announcement == "daily" and e.has_ended(now) for e in listed
        )


def test_a_time_without_zone_is_refused_rather_than_guessed():
    with pytest.raises(TypeError):
        find_on_air([version(1, MONDAY)], "daily", MONDAY.replace(tzinfo=None), NoMessagePolicy.KEEP_LAST)
