"""What a program writes into the address: times, how many, and where the page before ended."""

from datetime import UTC, datetime

from flask import Request
from werkzeug.routing import IntegerConverter

from callback_api.field_errors import NOT_A_TIME, FieldError
from callback_api.problems import Problem
from records.calls.call_list import CallPosition
from routing.page_positions import read_position, write_position
from translations.message import Message, translatable

MAX_LIMIT = 200
MAX_ID = 10**15
"""Larger than any number of a card, and small enough for every database."""
DEFAULT_LIMIT = 50
_NOT_A_LIMIT = translatable("Write a number from 1 to %(most)s.", most=MAX_LIMIT)
_NOT_A_STATE = translatable("Write open, closed or all.")
_NOT_A_CURSOR = translatable("Give back `next` of the page before, or leave it out.")


class IdConverter(IntegerConverter):
    """The number of a card or a request in a path, `<id:name>`: at most fifteen digits, as MAX_ID says.

    A longer number is no path at all. With the `max` of `<int>` another method than GET would be refused (405) for it.
    """

    regex = r"\d{1,15}"


def read_limit(request: Request) -> int:
    """How many are wanted. Raises Problem."""
    text = request.args.get("limit", str(DEFAULT_LIMIT))
    if not text.isascii() or not text.isdigit() or len(text) > 3 or not 1 <= int(text) <= MAX_LIMIT:
        raise invalid_field("limit", _NOT_A_LIMIT)
    return int(text)


def read_time(request: Request, name: str) -> datetime | None:
    """A moment in UTC; None when it is left out. Raises Problem."""
    if (text := request.args.get(name)) is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else _refuse_time(name)
    except (ValueError, OverflowError):
        return _refuse_time(name)


def read_card_cursor(request: Request) -> int:
    """The number of the card before the page; 0 for the first page. Raises Problem."""
    text = request.args.get("cursor", "0")
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise invalid_field("cursor", _NOT_A_CURSOR)
    return int(text)


def read_state(request: Request) -> bool | None:
    """Whether open requests are wanted, or closed ones; None for both. Raises Problem."""
    states = {"open": True, "closed": False, "all": None}
    if (text := request.args.get("state", "open")) not in states:
        raise invalid_field("state", _NOT_A_STATE)
    return states[text]


def read_call_cursor(request: Request) -> CallPosition | None:
    """The call before the page; None for the first page. Raises Problem."""
    if (text := request.args.get("cursor")) is None:
        return None
    if (found := read_position(text)) is not None:
        return CallPosition(*found)
    raise invalid_field("cursor", _NOT_A_CURSOR)


def write_call_cursor(position: CallPosition) -> str:
    return write_position(position.started_at, position.ref)


def _refuse_time(name: str) -> datetime:
    raise invalid_field(name, NOT_A_TIME)


def invalid_field(field: str, detail: Message) -> Problem:
    """The problem of one field that does not fit."""
    error = FieldError(field, "invalid-field", detail)
    return Problem("invalid-field", placeholders={"fields": field}, errors=(error,))
