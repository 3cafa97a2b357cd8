"""Open requests."""

from datetime import UTC, datetime

import click

from records import request_resolution, requests
from routing.numbers import format_number
from standardiste.commands.caller_number import missing_number
from standardiste.commands.options import ID
from standardiste.installation import Installation


@click.group
def request() -> None:
    """Voicemails, callbacks and missed calls that wait for a member of staff."""


@request.command("list")
@click.pass_obj
def list_(installation: Installation) -> None:
    """All open requests, oldest first."""
    rows = requests.list_open_requests(installation.database)
    if not rows:
        click.echo("No request is open.", err=True)
    for row in rows:
        number = format_number(row.line, installation.plan.country) if row.line else missing_number(row.withheld)
        since = f"{row.created_at.astimezone(installation.plan.timezone):%Y-%m-%d %H:%M}"
        click.echo(f"{row.id:>5}  {since}  {row.kind:<10} {number}  call {row.call_ref}")


@request.command
@click.argument("request_id", type=ID)
@click.argument("outcome")
@click.pass_obj
def close(installation: Installation, request_id: int, outcome: str) -> None:
    """Close request REQUEST_ID; OUTCOME says how it was resolved, in a few words."""
    now = datetime.now(UTC)
    row = request_resolution.resolve_request(
        installation.database, request_id, by=installation.os_user, outcome=outcome, at=now
    )
    if row.closed_at == now:
        click.echo(f"Request {row.id} is closed.")
    else:
        click.echo(f"Request {row.id} was closed before, by {row.closed_by}: {row.outcome}.")
