"""Somebody of the house is about to be rung, as he asked: that he is, is in the base before Asterisk learns where."""

from datetime import UTC, datetime

from agi.channel import Channel
from dialplan import names
from records import desk_rings
from records.base import Base


def desk_ring(channel: Channel, base: Base) -> None:
    """Argument: the call's name. Sets last whose phone account it is; a number outside must be accepted by a key.

    Where he was rung already, or it is too late, nothing is set, and nobody rung.
    """
    person = desk_rings.ring(base, number_of(channel.argument(1)), at=datetime.now(UTC))
    if person is None:
        return
    outside = {names.OUTSIDE_NUMBER: person.outside_number, names.MEMBER_OFFER: "ring-asked"}
    channel.set_variables(
        **{names.MEMBER_LANGUAGE: person.language},
        **(outside if person.outside_number else {}),
        **{names.RUNG_PHONE: person.phone},
    )


def number_of(name: str) -> int:
    """Of the row that a call is named after: "desk-7" is 7."""
    return int(name.partition("-")[2])
