"""Where a page of a list ended, in an address: the time of its last row and what tells rows of that time apart."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_DIGITS, MAX_REFERENCE = 17, 64
"""17 digits end in the year 5138, which a datetime can hold."""


def write_position(at: datetime, reference: object) -> str:
    """As "1899543600000000_17", in microseconds of Unix time."""
    return f"{(at - _EPOCH) // timedelta(microseconds=1)}_{reference}"


def read_position(text: str) -> tuple[datetime, str] | None:
    """The time (UTC) and the reference; None for what `write_position` did not write."""
    at, _, reference = text.partition("_")
    if not (at.isascii() and at.isdigit() and len(at) <= _MAX_DIGITS and 0 < len(reference) <= MAX_REFERENCE):
        return None
    return _EPOCH + timedelta(microseconds=int(at)), reference
