"""Positions of pages: what is written is read again to the microsecond, and nothing else is read."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from routing.page_positions import read_position, write_position

AT = datetime(2030, 3, 4, 11, 0, 0, 123457, tzinfo=UTC)


@pytest.mark.parametrize("reference", ["1763757623.12", "17", "with_two_parts"])
def test_a_position_is_read_as_it_was_written(reference: str) -> None:
    assert read_position(write_position(AT, reference)) == (AT, reference)
    assert write_position(AT.astimezone(timezone(timedelta(hours=2))), reference) == write_position(AT, reference)


@pytest.mark.parametrize("text", ["", "_", "1", "1_", "_1", "-1_1", "1.5_1", "²_1", f"1_{'x' * 65}", f"{'9' * 18}_1"])
def test_what_nobody_was_given_is_no_position(text: str) -> None:
    assert read_position(text) is None


def test_the_first_and_the_last_moment_can_be_read() -> None:
    assert read_position("0_1") == (datetime(1970, 1, 1, tzinfo=UTC), "1")
    assert read_position(f"{'9' * 17}_1") == (datetime(5138, 11, 16, 9, 46, 39, 999999, tzinfo=UTC), "1")
