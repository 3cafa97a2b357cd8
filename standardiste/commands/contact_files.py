"""Contacts from and to files: `contact import` and `contact export-all`."""

import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from records.actor import command_line_actor
from records.contacts.exports import ExportFormat, export_cards
from records.contacts.imports import files, imports, undoing
from records.contacts.imports.imports import Import, ImportState
from records.contacts.imports.rows import DONE, TO_IMPORT, RowOutcome, RowsWith, read_report
from records.contacts.imports.words import FAILURES, OUTCOMES, STATES, explain
from routing.contact_files.fields import ContactField
from routing.contact_files.outgoing import TITLES, card_cells, vcard
from routing.contact_files.uploads import MAX_BYTES
from routing.table_writing import csv_lines, write_workbook
from routing.tables import fold_word
from standardiste.commands.options import DRY_RUN, EXISTING_FILE, ID
from standardiste.contact_imports import ContactImporter
from standardiste.installation import Installation

_POLL_S = 0.5
_SHOWN = 20


@click.command("import")
@click.argument("file", type=EXISTING_FILE)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="TITLE=FIELD",
    help=f"What a column holds: {', '.join(filter(None, ContactField))}, or nothing. Repeatable.",
)
@DRY_RUN
@click.pass_obj
def import_contacts(installation: Installation, file: Path, columns: Sequence[str], dry_run: bool) -> None:
    """Make cards of the people in FILE: a table (CSV) or vCards (2.1 to 4.0).

    People who have a card are recognised by number, e-mail address or an earlier import; what their card does not say
    yet is added to it. The same file again makes nothing twice. If this command is interrupted, `serve-webhooks` goes
    on with the import.
    """
    database, actor = installation.database, command_line_actor(installation.os_user)
    with file.open("rb") as reading:
        content = reading.read(MAX_BYTES + 1)
    folder, country = installation.settings.imports, installation.plan.country
    added = files.store_upload(
        database, actor, folder, files.UploadedFile(content, file.name, country), at=datetime.now(UTC)
    )
    job = imports.get_import(database, added)
    chosen = _choose_columns(job, columns)
    _echo_columns(job, chosen)
    imports.check_import(database, actor, added, chosen, at=datetime.now(UTC))
    job = _work(installation, added, "Checking")
    _echo_left_out(installation, job)
    if dry_run:
        _echo_counts(job, (*TO_IMPORT, RowOutcome.AMBIGUOUS, RowOutcome.UNUSABLE))
        imports.remove_import(database, actor, added)
        click.echo("Nothing was imported.")
        return
    imports.start_import(database, actor, added, at=datetime.now(UTC))
    job = _work(installation, added, "Importing")
    _echo_counts(job, (*DONE, RowOutcome.AMBIGUOUS, RowOutcome.UNUSABLE))
    click.echo(f"`contact undo-import {added}` takes it back, for {imports.KEPT.days} days.")


@click.command("undo-import")
@click.argument("import_id", type=ID)
@click.option("--yes", is_flag=True, help="Do not ask.")
@DRY_RUN
@click.pass_obj
def undo_import(installation: Installation, import_id: int, yes: bool, dry_run: bool) -> None:
    """Undo the import IMPORT_ID (see its page, or what `contact import` said at its end).

    Cards that it made are deleted, and what it added to others is taken back, unless somebody has changed or used them
    since. If this command is interrupted, `serve-webhooks` goes on.
    """
    database, actor = installation.database, command_line_actor(installation.os_user)
    job = imports.get_import(database, import_id)
    if not undoing.may_be_undone(job):
        raise click.ClickException(f"Import {import_id} cannot be undone: {STATES[job.state]}.")
    for outcome, count in undoing.preview_undo(database, import_id).items():
        click.echo(f"{count:>8}  {OUTCOMES[outcome]}")
    if dry_run:
        click.echo("Nothing was undone.")
        return
    if not yes:
        click.confirm(f"Undo import {import_id}?", abort=True)
    undoing.start_undo(database, actor, import_id, at=datetime.now(UTC))
    _work(installation, import_id, "Undoing")
    _echo_lines(installation, import_id, (RowOutcome.KEPT,))
    click.echo(f"Import {import_id} is undone.")


@click.command("export-all")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--search", "text", default="", help="Only the contacts that this finds.")
@click.pass_obj
def export_all(installation: Installation, file: Path, text: str) -> None:
    """Write all contacts to FILE: .csv, .xlsx or .vcf. The change log says so."""
    ending = file.suffix.removeprefix(".").lower()
    if ending not in set(ExportFormat):
        raise click.UsageError("FILE must end in .csv, .xlsx or .vcf.")
    plan, wanted = installation.plan, ExportFormat(ending)
    actor = command_line_actor(installation.os_user)
    try:
        file.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise click.ClickException(f"{file} exists already; name another file.") from None
    cards = export_cards(installation.database, actor, text, plan.country, wanted, at=datetime.now(UTC))
    titles = [title.in_language(plan.numbers[0].language) for title in TITLES]
    rows = (card_cells(card, plan.country) for card in cards)
    if wanted is ExportFormat.XLSX:
        with file.open("wb") as writing:
            write_workbook(writing, "contacts", titles, rows)
    else:
        with file.open("w", encoding="utf-8", newline="") as writing:
            writing.writelines(map(vcard, cards) if wanted is ExportFormat.VCARD else csv_lines(titles, rows))
    click.echo(str(file))


def _choose_columns(job: Import, given: Sequence[str]) -> tuple[ContactField, ...]:
    titles = [fold_word(title) for title in job.layout.titles] if job.layout else []
    chosen = list(job.columns)
    for each in given:
        title, _, field = each.rpartition("=")
        known = "" if field == "nothing" else field
        if fold_word(title) not in titles or known not in set(ContactField):
            raise click.UsageError(f"--column {each}: the table has no such column, or there is no such field.")
        chosen[titles.index(fold_word(title))] = ContactField(known)
    return tuple(chosen)


def _work(installation: Installation, import_id: int, label: str) -> Import:
    """Does the work here, unless another process does; returns at its end. Raises ClickException when it fails."""
    database = installation.database
    importer = ContactImporter(database, installation.settings.imports, lambda: datetime.now(UTC))
    for job in _watch(installation, import_id, label):
        if not importer.work(job):
            time.sleep(_POLL_S)
    job = imports.get_import(database, import_id)
    if job.state is ImportState.FAILED:
        raise click.ClickException(str(FAILURES.get(job.problem, job.problem)))
    return job


def _watch(installation: Installation, import_id: int, label: str) -> Iterator[Import]:
    """The import, as long as it is at work; on a terminal with a line that says how far it has come."""
    while (job := imports.get_import(installation.database, import_id)).is_at_work:
        if sys.stderr.isatty():
            click.echo(f"{label} {job.file_name} …", err=True)
        yield job


def _echo_columns(job: Import, chosen: Sequence[ContactField]) -> None:
    for title, field in zip(job.layout.titles if job.layout else (), chosen, strict=False):
        click.echo(f"  {title or '(no title)':<30} {field or 'nothing'}")


def _echo_left_out(installation: Installation, job: Import) -> None:
    """The lines that are left out, then those of which something is."""
    _echo_lines(installation, job.id, (RowOutcome.UNUSABLE, RowOutcome.AMBIGUOUS))
    _echo_lines(installation, job.id, TO_IMPORT, RowsWith.REMARKS)


def _echo_lines(
    installation: Installation,
    import_id: int,
    outcomes: Sequence[RowOutcome],
    only: RowsWith | None = None,
) -> None:
    for number, line in enumerate(read_report(installation.database, import_id, outcomes, only=only)):
        if number == _SHOWN:
            click.echo("  … the report in the console has the others.")
            return
        reasons: list[Any] = [OUTCOMES[line.outcome], *explain(line)]
        click.echo(f"  line {line.number}: " + " ".join(str(reason) for reason in reasons))


def _echo_counts(job: Import, outcomes: Sequence[RowOutcome]) -> None:
    for outcome in outcomes:
        if count := job.counts.get(outcome):
            click.echo(f"{count:>8}  {OUTCOMES[outcome]}")
