"""Times on local clocks, in ordinary nights and in those in which clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.local_times import ClockPass, LocalTimeError, clock_pass, local_instants, to_instant
from translations.catalogues import LANGUAGES

PARIS = ZoneInfo("Europe/Paris")


def test_an_ordinary_time_is_one_instant_whatever_was_chosen():
    noon = datetime.fromisoformat("2031-10-26T12:00")
    assert {to_instant(noon, PARIS, chosen) for chosen in (None, *ClockPass)} == {
        datetime(2031, 10, 26, 11, tzinfo=UTC)
    }
    assert clock_pass(to_instant(noon, PARIS), PARIS) is None


def test_a_time_that_clocks_show_twice_must_be_chosen():
    half_past_two = datetime.fromisoformat("2031-10-26T02:30")
    with pytest.raises(LocalTimeError) as refused:
        to_instant(half_past_two, PARIS)
    assert refused.value.is_repeated
    assert "02:30 twice" in str(refused.value)
    assert all(refused.value.message.in_language(language) for language in LANGUAGES)
    first, second = (to_instant(half_past_two, PARIS, chosen) for chosen in ClockPass)
    assert (first, second - first) == (datetime(2031, 10, 26, 0, 30, tzinfo=UTC), timedelta(hours=1))
    assert [clock_pass(instant, PARIS) for instant in (first, second)] == list(ClockPass)


@pytest.mark.parametrize("chosen", [None, *ClockPass])
def test_a_time_that_clocks_skip_is_refused_with_another_one(chosen: ClockPass | None):
    with pytest.raises(LocalTimeError, match=r"not show 02:30 that night.* Write 03:30") as refused:
        to_instant(datetime.fromisoformat("2031-03-30T02:30"), PARIS, chosen)
    assert not refused.value.is_repeated


@given(
    st.integers(0, 20 * 366 * 24 * 60),
    st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Indian/Reunion", "America/Miquelon"]),
)
def test_every_instant_is_found_again_from_what_clocks_show(minutes: int, name: str):
    zone = ZoneInfo(name)
    instant = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    wall = instant.astimezone(zone).replace(tzinfo=None, fold=0)
    assert instant in local_instants(wall, zone)
    assert to_instant(wall, zone, clock_pass(instant, zone)) == instant
