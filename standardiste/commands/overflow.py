"""Sending every call to the overflow centre, by hand; and what centres say became of their calls."""

from datetime import UTC, datetime
from pathlib import Path

import click

from records.actor import command_line_actor
from records.centres.ledger import list_centres
from records.centres.outcome_files import count_results, import_outcomes
from routing.centres.outcome_files import (
    MAX_BYTES,
    REFUSED,
    REPORT_TITLES,
    RESULTS,
    LineReport,
    read_outcome_file,
    report_cells,
)
from routing.overrides import OverrideName
from routing.table_writing import csv_lines
from routing.tables import TableError
from standardiste.commands.options import EXISTING_FILE
from standardiste.commands.switch_options import (
    NUMBER,
    REASON,
    SwitchOptions,
    describe_scope,
    switch_off,
    switch_on,
    with_switch_options,
)
from standardiste.installation import Installation

_SHOWN = 20


@click.group
def overflow() -> None:
    """Send every call that staff would take to the overflow centre; import what a centre says of its calls."""


@overflow.command
@with_switch_options
def on(installation: Installation, options: SwitchOptions) -> None:
    """From the next call on, whatever the plan's rules say."""
    override = switch_on(installation, OverrideName.OVERFLOW, options)
    click.echo(f"Every call for staff goes to the overflow centre{describe_scope(installation, override)}.")


@overflow.command
@NUMBER
@REASON
@click.pass_obj
def off(installation: Installation, number: str, note: str) -> None:
    """Return to the rules of the plan."""
    switch_off(installation, OverrideName.OVERFLOW, number, note)
    click.echo("The plan's rules decide which calls go to the overflow centre.")


@overflow.command("import-outcomes")
@click.argument("centre")
@click.argument("file", type=EXISTING_FILE)
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Write what became of each line here (CSV)."
)
@click.pass_obj
def import_outcomes_(installation: Installation, centre: str, file: Path, report: Path | None) -> None:
    """Take what CENTRE says became of its calls from FILE: a table (CSV) with reference, outcome and perhaps note.

    Lines that cannot be taken are listed with the reason, and change nothing. The same file again changes nothing.
    """
    plan, database = installation.plan, installation.database
    known = [each.name for each in plan.overflow.centres]
    if centre not in known and centre not in list_centres(database):
        advice = f"choose {' or '.join(known)}" if known else "add it there first"
        raise click.ClickException(f"{centre} is not an overflow centre of the plan; {advice}.")
    if report and report.exists():
        raise click.ClickException(f"{report} exists already; name another file.")
    with file.open("rb") as reading:
        content = reading.read(MAX_BYTES + 1)
    try:
        table = read_outcome_file(centre, file.name, content)
    except TableError as error:
        raise click.ClickException(str(error)) from None
    actor = command_line_actor(installation.os_user)
    reports = import_outcomes(database, actor, plan, table, at=datetime.now(UTC))
    for result, count in count_results(reports).items():
        click.echo(f"{count:>8}  {RESULTS[result]}")
    _echo_refused([each for each in reports if each.result in REFUSED])
    if report:
        with report.open("x", encoding="utf-8", newline="") as writing:
            writing.writelines(
                csv_lines([str(title) for title in REPORT_TITLES], (report_cells(each, "en") for each in reports))
            )


def _echo_refused(refused: list[LineReport]) -> None:
    for each in refused[:_SHOWN]:
        click.echo(f"  line {each.line.line}: {each.explanation}")
    if len(refused) > _SHOWN:
        click.echo("  … the others stand in the file of --report.")
