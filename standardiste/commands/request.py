"""What staff must treat."""

import getpass
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
    for row in requests.open_requests(house.base):
        number = displayed(row.line, house.plan.country) if row.line else "number withheld"
        since = f"{row.created_at.astimezone(house.plan.timezone):%Y-%m-%d %H:%M}"
        click.echo(f"{row.id:>5}  {since}  {row.kind:<10} {number}  call {row.call_ref}")


@request.command
@click.argument("request_id", type=int)
@click.argument("outcome")
@click.pass_obj
def close(house: Installation, request_id: int, outcome: str) -> None:
    """Say that a request has been treated, and how."""
    requests.close(house.base, request_id, by=getpass.getuser(), outcome=outcome, at=datetime.now(UTC))
