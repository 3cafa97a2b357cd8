"""The list of what waits for staff, and what they do with each request."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.badges import count_own_inbox
from console.context import current_actor, find_plan, get_context, plan_country
from console.forms import parse_number, typed_text
from console.guard import keeps_idle, needs
from console.inbox import labels
from console.inbox.actions import CHOOSE_OUTCOME, act, explain
from console.inbox.search import InboxSearch, read_search
from console.inbox.watching import get_watchers
from console.staff_callbacks import CALLED_BY_MEDIATOR, ask_callback, explain_own_phone, find_callable
from records.inbox import inbox, saved_views, treatment
from records.inbox.rows import MAX_ROWS
from records.requests import balance
from records.requests.requests import REPORTED_KINDS, RequestKind
from routing.access.permissions import Permission
from routing.request_rules import LEVELS, MEDIATION_LEVEL
from translations.message import translatable
from translations.web import gettext, ngettext
from web.language import translate

blueprint = Blueprint("inbox", __name__, template_folder="templates")
MAX_NOTE = 1_000
MOST_AT_ONCE = 100
BALANCE_DAYS = 30


@blueprint.get("/inbox")
@needs(Permission.SEE_REQUESTS)
def list_requests() -> str:
    return render_template("inbox/list.html", **_list_context())


@blueprint.get("/inbox/refresh")
@keeps_idle
@needs(Permission.SEE_REQUESTS)
def refresh() -> str:
    """The list and the parts of the frame, for a page that is open."""
    return render_template("inbox/live.html", **_list_context())


@blueprint.post("/inbox/<int:request_id>/take")
@needs(Permission.SEE_REQUESTS)
def take(request_id: int) -> Response:
    database, actor, at = get_context().database, current_actor(), get_context().clock()
    act(lambda: inbox.take_request(database, actor, request_id, at=at), translatable("The request is yours."))
    return go_back()


@blueprint.post("/inbox/<int:request_id>/release")
@needs(Permission.SEE_REQUESTS)
def release(request_id: int) -> Response:
    database, actor, at = get_context().database, current_actor(), get_context().clock()
    act(
        lambda: inbox.release_request(database, actor, request_id, at=at),
        translatable("The request is free for others."),
    )
    return go_back()


@blueprint.post("/inbox/<int:request_id>/call-back")
@needs(Permission.SEE_REQUESTS)
def call_back(request_id: int) -> Response:
    row = treatment.get_detail(get_context().database, current_actor(), request_id).row
    ask_callback(
        row.request.line,
        public_number=row.public_number,
        language=row.language,
        contact_id=row.request.contact_id,
        request_id=request_id,
    )
    return go_back()


@blueprint.post("/inbox/<int:request_id>/close")
@needs(Permission.SEE_REQUESTS)
def close(request_id: int) -> Response:
    require_request(request_id)
    chosen, at = request.form.get("outcome", ""), get_context().clock()
    if chosen not in labels.outcome_titles(find_plan()):
        flash(translate(CHOOSE_OUTCOME))
        return go_back()
    database, actor = get_context().database, current_actor()
    act(
        lambda: inbox.close_request(database, actor, request_id, chosen, note=typed_note(), at=at),
        translatable("The request is closed."),
    )
    return go_back()


@blueprint.post("/inbox/several")
@needs(Permission.SEE_REQUESTS)
def several() -> Response:
    """Takes, closes or joins the requests that are ticked."""
    ids = [number for each in request.form.getlist("id")[:MOST_AT_ONCE] if (number := parse_number(each)) is not None]
    do, outcome = request.form.get("do", ""), request.form.get("outcome", "")
    database, actor, at = get_context().database, current_actor(), get_context().clock()
    if not ids:
        flash(gettext("Tick the requests first."))
    elif do == "join":
        act(
            lambda: treatment.join_requests(database, actor, ids, at=at),
            translatable("They are handled together from now on."),
        )
    elif do == "close" and outcome not in labels.outcome_titles(find_plan()):
        flash(translate(CHOOSE_OUTCOME))
    elif do in ("take", "close"):
        _do_each(ids, do, outcome)
    return go_back()


def _do_each(ids: list[int], do: str, outcome: str) -> None:
    """Those that can be are taken or closed; of the others the page says why not."""
    database, actor, at = get_context().database, current_actor(), get_context().clock()
    done, refused = translatable("done"), []
    for each in ids:
        if do == "take":
            change = partial(inbox.take_request, database, actor, each, at=at)
        else:
            change = partial(inbox.close_request, database, actor, each, outcome, note=None, at=at)
        said = explain(change, done)
        if said is not done:
            refused.append(translate(said))
    count = len(ids) - len(refused)
    if count and do == "take":
        flash(ngettext("One request is yours.", "%(num)s requests are yours.", count))
    elif count:
        flash(ngettext("One request is closed.", "%(num)s requests are closed.", count))
    for sentence in dict.fromkeys(refused):
        flash(sentence)


def require_request(request_id: int) -> None:
    """Raises NotFound for a request that this user does not see, whatever the form says."""
    treatment.get_detail(get_context().database, current_actor(), request_id)


def typed_note() -> str | None:
    """The note of the form; None for an empty one. Raises TextTooLong."""
    return typed_text("note", MAX_NOTE) or None


def go_back() -> Response:
    """To the page of the request if the form was there, else to the list with its filters."""
    page = parse_number(request.form.get("page", ""))
    if page is not None:
        return redirect(url_for("inbox_request.show", request_id=page), 303)
    return redirect(read_search(request.form).link(), 303)


def row_context() -> dict[str, Any]:
    """What a row of the list needs, and a page of one request."""
    plan, actor = find_plan(), current_actor()
    return {
        "kinds": labels.KINDS,
        "outcomes": labels.outcome_titles(plan),
        "topics": labels.topic_titles(plan),
        "levels": {level: labels.LEVELS[level] for level in LEVELS},
        "states": labels.CALLBACK_STATES,
        "country": plan_country(),
        "may_call": find_callable(),
        "own_phone": explain_own_phone(),
        "mediation": MEDIATION_LEVEL,
        "called_by_mediator": translate(CALLED_BY_MEDIATOR),
        "my_id": actor.user_id,
        "now": get_context().clock(),
    }


def _list_context() -> dict[str, Any]:
    search, database, actor = read_search(request.args), get_context().database, current_actor()
    now = get_context().clock()
    return {
        **row_context(),
        "rows": inbox.list_inbox(database, actor, search.to_filter(now)),
        "counts": count_own_inbox(),
        "balance": balance.count_balance(database, actor, now - timedelta(days=BALANCE_DAYS)),
        "balance_days": BALANCE_DAYS,
        "search": search,
        **_views_context(search, now),
        "filtered_kinds": _filtered_kinds(search),
        "most": MAX_ROWS,
        "owners": labels.OWNERS,
        "seen_levels": LEVELS if actor.may(Permission.SEE_MEDIATION) else LEVELS[:-1],
        "watched": get_watchers().others(actor.user_id, now),
        "may_open_mediation": actor.may(Permission.OPEN_MEDIATION),
    }


def _filtered_kinds(search: InboxSearch) -> list[RequestKind]:
    """The kinds to choose from: of letters, visits and the like those that wait, because few have them all."""
    waiting = inbox.list_open_kinds(get_context().database, current_actor()) | {search.kind}
    return [kind for kind in RequestKind if kind not in REPORTED_KINDS or kind in waiting]


def _views_context(search: InboxSearch, now: datetime) -> dict[str, Any]:
    """The views that this user keeps, each with how many requests it finds."""
    database, actor = get_context().database, current_actor()
    views = [(view, read_search(view.search)) for view in saved_views.list_views(database, actor)]
    found = inbox.count_each(database, actor, [each.to_filter(now) for _, each in views])
    return {
        "views": [(view, each, count) for (view, each), count in zip(views, found, strict=True)],
        "may_keep": len(views) < saved_views.MAX_VIEWS and search not in (InboxSearch(), *(each for _, each in views)),
        "max_view_name": saved_views.MAX_VIEW_NAME,
    }
