"""Files of contacts: uploaded, their columns named, checked line by line, and imported while staff do other things."""

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.contacts.import_report import report_rows
from console.context import current_actor, get_context, plan_country
from console.forms import FileForm
from console.guard import keeps_idle, needs
from console.table_files import send_csv
from records.contacts.imports import files, imports, undoing
from records.contacts.imports.imports import Import, ImportState
from records.contacts.imports.rows import (
    DONE,
    TO_IMPORT,
    UNDONE,
    RowOutcome,
    RowsWith,
    read_report,
    separate_similar,
)
from records.contacts.imports.words import FAILURES, FIELDS, OUTCOMES, REPORT_TITLES, STATES, explain, explain_row
from records.errors import RecordsError
from routing.access.permissions import Permission
from routing.contact_files.fields import ContactField
from routing.contact_files.import_rows import ContactRow
from routing.contact_files.uploads import MAX_BYTES, MAX_PEOPLE
from routing.tables import TableError
from translations.message import translatable
from translations.web import gettext
from web.language import translate

blueprint = Blueprint("imports", __name__, template_folder="templates", url_prefix="/contacts/import")
SHOWN_LINES = 50
SHOWN_SAMPLE = 5
COLUMN = "column_"
JOIN, SEPARATE = "join", "separate"
_MAY_BE_KNOWN = (RowOutcome.KNOWN, RowOutcome.PERHAPS)
_TO_LOOK_AT = (RowOutcome.UNUSABLE, RowOutcome.AMBIGUOUS)


@blueprint.get("")
@needs(Permission.IMPORT_CONTACTS)
def list_imports() -> str:
    return _render_list(FileForm(formdata=None))


@blueprint.post("")
@needs(Permission.IMPORT_CONTACTS)
def upload() -> Response | tuple[str, int]:
    form, context = FileForm(), get_context()
    if not form.file.data or not form.file.data.filename:
        form.add_error("file", translatable("Choose a file."))
        return _render_list(form), 422
    with form.file.data.stream as stream:
        content, name = stream.read(MAX_BYTES + 1), form.file.data.filename
    country, at = plan_country(), context.clock()
    try:
        added = files.store_upload(
            context.database, current_actor(), _folder(), files.UploadedFile(content, name, country), at=at
        )
    except TableError as error:
        form.add_error("file", error.message)
        return _render_list(form), 422
    return redirect(url_for("imports.show", import_id=added), 303)


@blueprint.get("/<int:import_id>")
@needs(Permission.IMPORT_CONTACTS)
def show(import_id: int) -> str:
    return _render(imports.get_import(get_context().database, import_id))


@blueprint.get("/<int:import_id>/refresh")
@keeps_idle
@needs(Permission.IMPORT_CONTACTS)
def refresh(import_id: int) -> str:
    """The progress, for the page that shows it; at the end of the work it asks to be loaded anew."""
    job = imports.get_import(get_context().database, import_id)
    return render_template("contacts/import_live.html", **_common(job))


@blueprint.post("/<int:import_id>/check")
@needs(Permission.IMPORT_CONTACTS)
def check(import_id: int) -> Response | str | tuple[str, int]:
    """Lets every line be checked with these columns; "preview" only shows the first ones."""
    context, job = get_context(), imports.get_import(get_context().database, import_id)
    columns = _chosen_columns(job)
    if request.form.get("preview"):
        return _render(job, columns)
    if job.layout and not set(columns) - {ContactField.NOTHING, ContactField.LANGUAGE}:
        return _render(job, columns, problem=gettext("Say of one column at least that it holds names or numbers.")), 422
    return _then_show(
        import_id,
        lambda: imports.check_import(context.database, current_actor(), import_id, columns, at=context.clock()),
    )


@blueprint.post("/<int:import_id>/start")
@needs(Permission.IMPORT_CONTACTS)
def start(import_id: int) -> Response:
    """Imports what was checked, or goes on after a stop."""
    context = get_context()

    def begin() -> None:
        if request.form.get("similar") == SEPARATE:
            separate_similar(context.database, current_actor(), import_id)
        imports.start_import(context.database, current_actor(), import_id, at=context.clock())

    return _then_show(import_id, begin)


@blueprint.post("/<int:import_id>/stop")
@needs(Permission.IMPORT_CONTACTS)
def stop(import_id: int) -> Response:
    context = get_context()
    return _then_show(
        import_id, lambda: imports.stop_import(context.database, current_actor(), import_id, at=context.clock())
    )


@blueprint.get("/<int:import_id>/undo")
@needs(Permission.IMPORT_CONTACTS)
def preview(import_id: int) -> Response | str:
    """What undoing the import would remove, take back and keep."""
    job = imports.get_import(get_context().database, import_id)
    if not undoing.may_be_undone(job):
        return redirect(url_for("imports.show", import_id=import_id), 303)
    counts = undoing.preview_undo(get_context().database, import_id)
    return render_template("contacts/import_undo.html", job=job, counts=counts, outcomes=OUTCOMES, undone=UNDONE)


@blueprint.post("/<int:import_id>/undo")
@needs(Permission.IMPORT_CONTACTS)
def undo(import_id: int) -> Response:
    """Takes back what the import has written, and what nobody has changed or used since."""
    context = get_context()
    return _then_show(
        import_id, lambda: undoing.start_undo(context.database, current_actor(), import_id, at=context.clock())
    )


@blueprint.post("/<int:import_id>/remove")
@needs(Permission.IMPORT_CONTACTS)
def remove(import_id: int) -> Response:
    """Deletes the file, its lines and its report. Cards that were made stay."""
    try:
        imports.remove_import(get_context().database, current_actor(), import_id)
    except RecordsError as error:
        if type(error) is not RecordsError:
            raise
        return _gone_on(import_id)
    files.remove_file(_folder(), import_id)
    flash(gettext("The import and its report are deleted."))
    return redirect(url_for("imports.list_imports"), 303)


@blueprint.get("/<int:import_id>/report")
@needs(Permission.IMPORT_CONTACTS)
def report(import_id: int) -> Response:
    """Every line with what becomes of it; with `?only=problems`, those that are left out."""
    imports.get_import(get_context().database, import_id)
    only = request.args.get("only") == "problems"
    rows = report_rows(import_id, _TO_LOOK_AT if only else tuple(RowOutcome))
    name = "-".join([gettext("import-report"), f"{import_id}.csv"])
    return send_csv(name, [translate(title) for title in REPORT_TITLES], rows)


def _render_list(form: FileForm) -> str:
    known = imports.list_imports(get_context().database)
    return render_template(
        "contacts/imports.html",
        form=form,
        imports=known,
        states=STATES,
        megabytes=MAX_BYTES // 1_000_000,
        people=MAX_PEOPLE,
        days=imports.KEPT.days,
    )


def _render(job: Import, columns: Sequence[ContactField] | None = None, problem: str = "") -> str:
    sample: list[ContactRow] = []
    cells: list[list[str]] = []
    chosen = job.columns if columns is None else tuple(columns)
    if job.state is ImportState.ADDED:
        try:
            sample, cells = files.sample_file(_folder(), job, chosen)
        except FileNotFoundError:
            problem = translate(FAILURES["file_gone"])
    return render_template(
        "contacts/import.html",
        **_common(job),
        columns=_columns(job, chosen, cells),
        sample=sample[:SHOWN_SAMPLE],
        fields_of=FIELDS,
        problem=problem,
        earlier=imports.find_same_file(get_context().database, job.file_hash, job.id),
        country=plan_country(),
        join=JOIN,
        separate=SEPARATE,
    )


def _common(job: Import) -> dict[str, object]:
    at_rest = not job.is_at_work
    return {
        "job": job,
        "states": STATES,
        "outcomes": OUTCOMES,
        "failures": FAILURES,
        "to_import": sum(job.counts.get(each, 0) for each in TO_IMPORT),
        "finished": sum(job.counts.get(each, 0) for each in DONE),
        "undone": sum(job.counts.get(each, 0) for each in UNDONE),
        "to_undo": sum(job.counts.get(each, 0) for each in (RowOutcome.CREATED, RowOutcome.COMPLETED)),
        "may_be_undone": undoing.may_be_undone(job),
        "left_out": _lines(job, _TO_LOOK_AT) if at_rest else [],
        "kept": _lines(job, (RowOutcome.KEPT,)) if job.state is ImportState.UNDONE else [],
        "similar": _lines(job, _MAY_BE_KNOWN, RowsWith.LIKENESS) if job.state is ImportState.CHECKED else [],
        "remarked": _lines(job, (*TO_IMPORT, *DONE), RowsWith.REMARKS) if at_rest else [],
        "explain": explain,
        "explain_row": explain_row,
        "most": SHOWN_LINES,
    }


def _lines(job: Import, outcomes: Sequence[RowOutcome], only: RowsWith | None = None) -> list[object]:
    """The first lines with one of these outcomes."""
    return list(islice(read_report(get_context().database, job.id, outcomes, only=only), SHOWN_LINES))


def _columns(job: Import, chosen: Sequence[ContactField], cells: Sequence[Sequence[str]]) -> list[dict[str, object]]:
    """Each column of a table: its title, what it holds, and its first cells."""
    if not job.layout:
        return []
    return [
        {
            "name": f"{COLUMN}{place}",
            "title": title,
            "place": place + 1,
            "field": chosen[place] if place < len(chosen) else ContactField.NOTHING,
            "cells": [row[place] for row in cells[:3] if place < len(row) and row[place]],
        }
        for place, title in enumerate(job.layout.titles)
    ]


def _chosen_columns(job: Import) -> tuple[ContactField, ...]:
    known = {field.value: field for field in ContactField}
    titles = job.layout.titles if job.layout else ()
    return tuple(
        known.get(request.form.get(f"{COLUMN}{place}", ""), ContactField.NOTHING) for place in range(len(titles))
    )


def _then_show(import_id: int, action: Callable[[], None]) -> Response:
    try:
        action()
    except RecordsError as error:
        if type(error) is not RecordsError:
            raise
        return _gone_on(import_id)
    return redirect(url_for("imports.show", import_id=import_id), 303)


def _gone_on(import_id: int) -> Response:
    flash(gettext("This import has gone on meanwhile; nothing was changed."))
    return redirect(url_for("imports.show", import_id=import_id), 303)


def _folder() -> Path:
    return get_context().imports or abort(404)
