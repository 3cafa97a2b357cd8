"""What staff must treat."""

from datetime import UTC, datetime

import click

from records import requests
from routing.numbers import displayed
from standardiste.installation import Installation


@click.group
def request() -> None:
    """Voicemails, callbacks and missed calls that somebody must treat."""


@request.command("list")
@click.pass_obj
def list_(house: Installation) -> None:
    """Everything still open, oldest first."""
    rows = requests.open_requests(house.base)
    if not rows:
        click.echo("Nothing is waiting to be treated.", err=True)
    for row in rows:
        number = displayed(row.line, house.plan.country) if row.line else "number withheld"
        since = f"{row.created_at.astimezone(house.plan.timezone):%Y-%m-%d %H:%M}"
        click.echo(f"{row.id:>5}  {since}  {row.kind:<10} {number}  call {row.call_ref}")


@request.command
@click.argument("request_id", type=int)
@click.argument("outcome")
@click.pass_obj
def close(house: Installation, request_id: int, outcome: str) -> None:
    """Say that request REQUEST_ID has been treated, and how: OUTCOME, in a few words."""
    now = datetime.now(UTC)
    row = requests.close(house.base, request_id, by=house.operator, outcome=outcome, at=now)
    if row.closed_at == now:
        click.echo(f"Request {row.id} is closed.")
    else:
        click.echo(f"Request {row.id} was closed before, by {row.closed_by}: {row.outcome}.")
