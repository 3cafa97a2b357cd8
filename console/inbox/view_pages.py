"""The views of the inbox that a user keeps for themself: a name for filters, in an order of their own."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.context import current_actor, find_plan, get_context
from console.forms import typed_text
from console.guard import needs
from console.inbox import labels
from console.inbox.search import InboxSearch, read_search
from records.inbox import saved_views
from records.inbox.filters import Owner
from records.inbox.saved_views import MAX_VIEW_NAME, MAX_VIEWS, TooManyViews, ViewNameTaken
from routing.access.permissions import Permission
from translations.message import Message, translatable
from translations.web import gettext
from web.language import translate

blueprint = Blueprint("inbox_views", __name__, template_folder="templates")
_STEPS = {"up": -1, "down": 1}


@blueprint.get("/inbox/views")
@needs(Permission.SEE_REQUESTS)
def arrange() -> str:
    """The views, to rename, to move and to delete."""
    views = saved_views.list_views(get_context().database, current_actor())
    return render_template(
        "inbox/views.html",
        views=[(view, read_search(view.search)) for view in views],
        describe=_describe,
        max_view_name=MAX_VIEW_NAME,
        focus=request.args.get("focus", ""),
    )


@blueprint.post("/inbox/views")
@needs(Permission.SEE_REQUESTS)
def keep() -> Response:
    """Keeps the filters of the list under the name that was typed; leads back to the list."""
    search, name = read_search(request.form), _typed_name()
    database, actor = get_context().database, current_actor()
    _act(name, lambda: saved_views.keep_view(database, actor, name, search.values), translatable("The view is saved."))
    return redirect(search.link(), 303)


@blueprint.post("/inbox/views/<int:view_id>")
@needs(Permission.SEE_REQUESTS)
def change(view_id: int) -> Response:
    """Renames, moves or deletes a view, by the button that was pressed."""
    database, actor, do = get_context().database, current_actor(), request.form.get("do", "rename")
    saved_views.get_view(database, actor, view_id)  # 404 for one that is gone, also where the name is missing
    if do in _STEPS:
        saved_views.move_view(database, actor, view_id, _STEPS[do])
        return redirect(url_for("inbox_views.arrange", focus=f"{do}-{view_id}"), 303)
    if do == "delete":
        saved_views.delete_view(database, actor, view_id)
        flash(gettext("The view is deleted; the requests are all still there."))
    else:
        name = _typed_name()
        _act(
            name, lambda: saved_views.rename_view(database, actor, view_id, name), translatable("The view is renamed.")
        )
    return redirect(url_for("inbox_views.arrange"), 303)


def _typed_name() -> str:
    return " ".join(typed_text("name", MAX_VIEW_NAME).split())


def _act(name: str, action: Callable[[], object], done: Message) -> None:
    """Does it; the next page says that it is done, or why not."""
    if not name:
        flash(gettext("Give the view a name."))
        return
    try:
        action()
    except TooManyViews:
        done = translatable("You keep %(count)s views already; delete one first.", count=MAX_VIEWS)
    except ViewNameTaken:
        done = translatable("You have a view “%(name)s” already; choose another name.", name=name)
    flash(translate(done))


def _describe(search: InboxSearch) -> str:
    """The filters of a view, in words."""
    said: list[Message | str] = [] if search.owner is Owner.ANYBODY else [labels.OWNERS[search.owner]]
    if search.kind:
        said.append(labels.KINDS[search.kind])
    if search.topic:
        said.append(labels.topic_titles(find_plan())[search.topic])
    if search.level:
        said.append(labels.LEVELS[search.level])
    if search.late:
        said.append(translatable("Overdue"))
    words = [each if isinstance(each, str) else translate(each) for each in said]
    return " · ".join(words or [translate(labels.OWNERS[Owner.ANYBODY])])
