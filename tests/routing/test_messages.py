"""Which version of a message is on air."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.messages import MessageVersion, NoMessagePolicy, OnAir, find_on_air

MONDAY = datetime(2031, 3, 3, 7, tzinfo=UTC)
DAY = timedelta(days=1)


def version(number, valid_from, valid_until=None, published_at=MONDAY, announcement="daily"):
    return MessageVersion(number, announcement, f"{number:064x}", valid_from, valid_until, published_at, "p01", "")


def number_on_air(versions, now, policy=NoMessagePolicy.KEEP_LAST):
    found = find_on_air(versions, "daily", now, policy).version
    return found and found.id


def test_a_version_is_on_air_from_its_start_until_just_before_its_end():
    one = version(1, MONDAY, MONDAY + DAY)
    sentence = NoMessagePolicy.PLAY_SENTENCE
    assert number_on_air([one], MONDAY - timedelta(microseconds=1), sentence) is None
    assert number_on_air([one], MONDAY, sentence) == 1
    assert number_on_air([one], MONDAY + DAY - timedelta(microseconds=1), sentence) == 1
    assert number_on_air([one], MONDAY + DAY, sentence) is None


def test_a_newer_message_replaces_an_older_one_when_it_starts():
    versions = [version(1, MONDAY), version(2, MONDAY + DAY)]
    assert number_on_air(versions, MONDAY + DAY - timedelta(seconds=1)) == 1
    assert number_on_air(versions, MONDAY + DAY) == 2


def test_a_message_published_for_tomorrow_is_not_heard_today():
    assert find_on_air([version(1, MONDAY + DAY)], "daily", MONDAY, NoMessagePolicy.KEEP_LAST) == OnAir(
        None, stale=False
    )


def test_of_two_versions_with_the_same_start_the_one_published_last_is_on_air():
    later = MONDAY + timedelta(hours=1)
    assert number_on_air([version(1, MONDAY, published_at=later), version(2, MONDAY)], later) == 1
    assert number_on_air([version(2, MONDAY), version(1, MONDAY)], later) == 2


def test_without_a_valid_version_the_version_that_ended_last_is_on_air_and_stale():
    versions = [version(1, MONDAY, MONDAY + DAY), version(2, MONDAY, MONDAY + DAY / 2)]
    assert find_on_air(versions, "daily", MONDAY + 2 * DAY, NoMessagePolicy.KEEP_LAST) == OnAir(versions[0], stale=True)


def test_an_announcement_may_say_instead_that_there_is_no_message():
    assert find_on_air(
        [version(1, MONDAY, MONDAY + DAY)], "daily", MONDAY + 2 * DAY, NoMessagePolicy.PLAY_SENTENCE
    ) == OnAir(None)


def test_a_version_that_ends_before_it_starts_is_never_on_air():
    assert number_on_air([version(1, MONDAY + DAY, MONDAY)], MONDAY + 2 * DAY) is None


def test_versions_of_another_announcement_do_not_count():
    assert number_on_air([version(1, MONDAY, announcement="agenda")], MONDAY) is None


hours = st.integers(-48, 48).map(lambda hour: MONDAY + timedelta(hours=hour))
versions = st.lists(
    st.builds(version, st.integers(1, 50), hours, st.none() | hours, hours, st.sampled_from(["daily", "agenda"])),
    unique_by=lambda each: each.id,
    max_size=8,
)


@given(versions, hours, st.sampled_from(NoMessagePolicy), st.randoms(use_true_random=False))
def test_the_order_of_the_versions_does_not_matter(listed, now, policy, random):
    on_air = find_on_air(listed, "daily", now, policy)
    shuffled = random.sample(listed, len(listed))
    assert find_on_air(shuffled, "daily", now, policy) == on_air


@given(versions, hours, st.sampled_from(NoMessagePolicy))
def test_a_stale_version_is_on_air_only_when_no_version_is_valid(listed, now, policy):
    on_air = find_on_air(listed, "daily", now, policy)
    valid = [each for each in listed if each.announcement == "daily" and each.is_valid(now)]
    if valid:
        assert on_air.version in valid and not on_air.stale
        assert on_air.version.valid_from == max(each.valid_from for each in valid)
    elif on_air.version:
        assert on_air.stale and policy is NoMessagePolicy.KEEP_LAST
        ended = [each for each in listed if each.announcement == "daily" and each.has_ended(now)]
        assert on_air.version.valid_until == max(each.valid_until for each in ended)
    else:
        assert policy is NoMessagePolicy.PLAY_SENTENCE or not any(
            e.announcement == "daily" and e.has_ended(now) for e in listed
        )


def test_a_time_without_zone_is_refused():
    with pytest.raises(TypeError):
        find_on_air([version(1, MONDAY)], "daily", MONDAY.replace(tzinfo=None), NoMessagePolicy.KEEP_LAST)
