"""The figures of the board as pages show them."""

from collections.abc import Mapping
from datetime import UTC, datetime, time

from console.context import find_plan, get_context
from console.today.labels import duration
from records.calls.board import Board, read_board
from routing.queue.service_level import SHORT_ABANDON_S
from translations.catalogues import language_name
from translations.message import Message, translatable_in_context

DEFAULT_WITHIN_S = 20
PEOPLE: Mapping[str, Message] = {
    "free": translatable_in_context("agents", "Free"),
    "talking": translatable_in_context("agents", "In a call"),
    "wrapup": translatable_in_context("agents", "Wrapping up"),
    "paused": translatable_in_context("agents", "Paused"),
    "out": translatable_in_context("agents", "Away"),
}


def board_context() -> dict[str, object]:
    """What the templates of the figures need."""
    context, plan = get_context(), find_plan()
    now, tz = context.clock(), context.timezone()
    midnight = datetime.combine(now.astimezone(tz).date(), time(), tz).astimezone(UTC)
    within_s = plan.staff.answer_within_s if plan else DEFAULT_WITHIN_S
    languages = plan.languages if plan else ()
    board = read_board(context.database, languages=languages, since=midnight, at=now, within_s=within_s)
    return {
        "board": board,
        "within_s": within_s,
        "short_s": SHORT_ABANDON_S,
        "people_labels": PEOPLE,
        "percent": _percent,
        "longest": lambda since: _longest(board, since),
        "language_name": language_name,
    }


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{int(share * 100)} %"


def _longest(board: Board, since: datetime | None) -> str:
    return "–" if since is None else duration((board.at - since).total_seconds())
