"""The change log: who changed what, when, from which value to which; with filters, search and export."""

from collections.abc import Iterator
from dataclasses import replace

from flask import Blueprint, Response, render_template, request

from console.changes.entries import ChangeEntry, make_entries
from console.changes.search import MACHINE, PERIODS, ChangeSearch, requested_search
from console.changes.sentences import kind_groups
from console.context import current_actor, get_context
from console.forms import parse_number
from console.guard import needs
from console.table_files import send_csv
from records import changes
from records.changes import Change, ChangeFilter
from records.users import users
from routing.access.permissions import Permission
from translations.message import translatable
from translations.web import gettext
from web.language import translate

blueprint = Blueprint("changes", __name__, template_folder="templates")
PAGE_SIZE = 50
EXPORT_PAGE_SIZE = 1000
SEARCHED_ENTRIES = 10_000
CSV_TITLES = (
    *(translatable("Number"), translatable("When"), translatable("Who"), translatable("What happened")),
    *(translatable("Before → after"), translatable("Kind"), translatable("Hash of this entry")),
)


@blueprint.get("/changes")
@needs(Permission.SEE_CHANGES)
def list_changes() -> str:
    search, before = requested_search(), parse_number(request.args.get("before"))
    page, older = _find_page(search, before)
    names = users.list_user_names(get_context().database)
    return render_template(
        "changes/list.html",
        entries=make_entries(page, {each.email: each.name for each in names}),
        older=older,
        is_first_page=before is None,
        search=search,
        people=names,
        machine=MACHINE,
        groups=kind_groups(),
        periods=PERIODS,
        may_export=current_actor().may(Permission.EXPORT_CHANGES),
    )


def _find_page(search: ChangeSearch, before: int | None) -> tuple[tuple[Change, ...], int | None]:
    """The entries of a page, and the number below which the next page begins; None when there is no next page.

    Words are searched in a stretch of entries; when it holds few, the next page goes on behind it.
    """
    database, wanted = get_context().database, search.to_filter()
    above = 0
    if search.words:
        newest = changes.count_changes(database) + 1
        above = max(0, min(before or newest, newest) - SEARCHED_ENTRIES - 1)
        wanted = replace(wanted, above=above)
    found = changes.list_changes(database, current_actor(), before=before, limit=PAGE_SIZE + 1, wanted=wanted)
    if len(found) > PAGE_SIZE:
        return found[:PAGE_SIZE], found[PAGE_SIZE - 1].number
    return found, above + 1 if above else None


@blueprint.post("/changes/export")
@needs(Permission.EXPORT_CHANGES)
def export() -> Response:
    """The entries that the filters leave, as a CSV file; the export is an entry itself."""
    search = requested_search()
    changes.record_export(get_context().database, current_actor(), at=get_context().clock())
    wanted = search.to_filter()
    names = {each.email: each.name for each in users.list_user_names(get_context().database)}
    titles = [translate(title) for title in CSV_TITLES]
    return send_csv(_file_name(search), titles, _csv_cells(_all_entries(wanted, names)))


def _file_name(search: ChangeSearch) -> str:
    today = get_context().clock().astimezone(get_context().timezone()).date()
    name = gettext("change-log-part") if search.is_restricted else gettext("change-log")
    return f"{name}-{today.isoformat()}.csv"


def _all_entries(wanted: ChangeFilter, names: dict[str, str]) -> Iterator[ChangeEntry]:
    before: int | None = None
    while True:
        page: tuple[Change, ...] = changes.list_changes(
            get_context().database, current_actor(), before=before, limit=EXPORT_PAGE_SIZE, wanted=wanted
        )
        yield from make_entries(page, names)
        if len(page) < EXPORT_PAGE_SIZE:
            return
        before = page[-1].number


def _csv_cells(entries: Iterator[ChangeEntry]) -> Iterator[list[str]]:
    tz = get_context().timezone()
    for entry in entries:
        change = entry.change
        differences = "\n".join(f"{each.field} : {each.before or '–'} → {each.after or '–'}" for each in entry.fields)
        when = change.at.astimezone(tz).strftime("%Y-%m-%d %H:%M:%S")
        yield [str(change.number), when, entry.by, entry.sentence, differences, change.kind, change.hash]
