"""The board for supervisors, and the screens that they allow to show it."""

from datetime import UTC, datetime, time, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.board.view import board_context
from console.context import current_actor, find_plan, get_context, plan_country
from console.forms import typed_text
from console.guard import keeps_idle, needs
from console.today.labels import caller_name, duration
from records.calls.live_calls import list_live_calls
from records.calls.waiting_orders import NotWaiting, OrderKind, request_order
from records.users import board_screens
from routing.access.permissions import Permission
from translations.message import Message, translatable
from translations.web import gettext
from web.language import translate

MAX_LABEL, MAX_DAYS = 60, 366
LABEL_MISSING = translatable("Say where the screen hangs, such as “Hall”.")
END_WRONG = translatable("Choose a day from today on, within a year.")
DONE = {
    OrderKind.FIRST: translatable("The caller is first in line now."),
    OrderKind.OVERFLOW: translatable("The caller goes to the overflow centre."),
    OrderKind.OFFER: translatable("The caller is offered a callback or the voicemail."),
}

blueprint = Blueprint("board", __name__, template_folder="templates", url_prefix="/board")


@blueprint.get("")
@needs(Permission.SEE_BOARD)
def show() -> str:
    return render_template("board/show.html", **board_context(), **_callers_context())


@blueprint.get("/refresh")
@keeps_idle
@needs(Permission.SEE_BOARD)
def refresh() -> str:
    """The figures, and the parts of the frame."""
    return render_template("board/live.html", **board_context(), **_callers_context())


@blueprint.post("/callers/<ref>/<order>")
@needs(Permission.SWITCH_RECEPTION)
def move(ref: str, order: str) -> Response:
    """Puts a caller who waits first in line, or takes them out of the queue."""
    if order not in {*OrderKind}:
        abort(404)
    context = get_context()
    try:
        request_order(context.database, current_actor(), ref, OrderKind(order), at=context.clock())
    except NotWaiting:
        flash(gettext("The caller does not wait any more."))
    else:
        flash(translate(DONE[OrderKind(order)]))
    return redirect(url_for("board.show"), 303)


@blueprint.get("/screens")
@needs(Permission.SEE_BOARD)
def list_screens() -> str:
    return _render_screens()


@blueprint.post("/screens")
@needs(Permission.SEE_BOARD)
def add_screen() -> str | tuple[str, int]:
    """Makes a screen. The page with its link is the only one that ever shows it."""
    context, label = get_context(), typed_text("label", MAX_LABEL)
    if not label:
        return _render_screens(label_error=LABEL_MISSING), 422
    ends_at = _parse_end(request.form.get("until", ""))
    if ends_at is None:
        return _render_screens(until_error=END_WRONG), 422
    _, secret = board_screens.create_screen(context.database, current_actor(), label, ends_at, at=context.clock())
    return _render_screens(link=context.external_url("wall.offer", secret=secret))


@blueprint.post("/screens/<int:screen_id>/revoke")
@needs(Permission.SEE_BOARD)
def revoke_screen(screen_id: int) -> Response:
    context = get_context()
    board_screens.revoke_screen(context.database, current_actor(), screen_id, at=context.clock())
    flash(gettext("The screen shows nothing any more."))
    return redirect(url_for("board.list_screens"), 303)


def _callers_context() -> dict[str, object]:
    """The callers who wait, for a user who may move them."""
    context, plan = get_context(), find_plan()
    now = context.clock()
    may_move = current_actor().may(Permission.SWITCH_RECEPTION)
    return {
        "may_move": may_move,
        "callers": list_live_calls(context.database, now).waiting if may_move else (),
        "caller_name": lambda caller: caller_name(caller, plan_country()),
        "wait": lambda since: duration((now - since).total_seconds()),
        "has_centres": bool(plan and plan.overflow.centres),
    }


def _parse_end(typed: str) -> datetime | None:
    """The end of the day that was typed; None for one that is past, or too far away."""
    tz, now = get_context().timezone(), get_context().clock()
    today = now.astimezone(tz).date()
    try:
        day = datetime.strptime(typed, "%Y-%m-%d").date()  # noqa: DTZ007 - a day
    except ValueError:
        return None
    if not today <= day <= today + timedelta(days=MAX_DAYS):
        return None
    return datetime.combine(day + timedelta(days=1), time(), tz).astimezone(UTC)


def _render_screens(*, link: str = "", label_error: Message | None = None, until_error: Message | None = None) -> str:
    context = get_context()
    now, tz = context.clock(), context.timezone()
    return render_template(
        "board/screens.html",
        screens=board_screens.list_screens(context.database, current_actor(), at=now),
        now=now,
        link=link,
        label=request.form.get("label", "") if not link else "",
        until=(request.form.get("until") if not link else None) or str(now.astimezone(tz).date() + timedelta(days=30)),
        max_label=MAX_LABEL,
        label_error=label_error,
        until_error=until_error,
        last_day=lambda screen: screen.ends_at - timedelta(seconds=1),
    )
