"""Contact cards."""

import click

from records import contacts
from routing.numbers import caller_line, displayed
from standardiste.installation import Installation


@click.group
def contact() -> None:
    """People who contacted us."""


@contact.command
@click.argument("text")
@click.pass_obj
def find(house: Installation, text: str) -> None:
    """Cards by telephone number in any form, or by a part of the name."""
    cards = contacts.find(house.base, caller_line(text, house.plan.country) or text)
    if not cards:
        raise click.ClickException(f"No card has the number, or the name, {text}.")
    for card in cards:
        lines = ", ".join(displayed(line, house.plan.country) for line in card.lines)
        click.echo(f"{card.id:>6}  {card.name or '(no name yet)':<30} {lines}".rstrip())


@contact.command
@click.argument("contact_id", type=int)
@click.pass_obj
def show(house: Installation, contact_id: int) -> None:
    """The card CONTACT_ID (see `contact find`): lines, history, open requests."""
    detail = contacts.show(house.base, contact_id)
    country, zone = house.plan.country, house.plan.timezone
    click.echo(f"Contact {detail.card.id}  {detail.card.name or '(no name yet)'}")
    for line in detail.card.lines:
        click.echo(f"  line     {displayed(line, country)}")
    for request in detail.open_requests:
        click.echo(
            f"  to treat {request.created_at.astimezone(zone):%Y-%m-%d %H:%M}  {request.kind}  (request {request.id})"
        )
    for moment in detail.interactions:
        click.echo(f"  {moment.at.astimezone(zone):%Y-%m-%d %H:%M}  {moment.channel}  {moment.call_ref or ''}")
