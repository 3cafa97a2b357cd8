"""Contact cards."""


import click

from records.contacts import contact_cards
from routing.numbers import NumberKind, format_number, number_kind, parse_typed_number
from standardiste.commands.options import ID
from standardiste.installation import Installation

_KINDS: dict[NumberKind | None, str] = {
    NumberKind.OVERSEAS: "  overseas",
    NumberKind.MACHINE: "  a machine (M2M)",
    NumberKind.SPECIAL: "  special rate",
}


@click.group
def contact() -> None:
    """People who contacted us."""


@contact.command
@click.argument("text")
@click.pass_obj
def find(installation: Installation, text: str) -> None:
    """Cards by telephone number in any form, or by a part of the name."""
    cards = contact_cards.find_cards(installation.database, parse_typed_number(text, installation.plan.country) or text)
    if not cards:
        raise click.ClickException(f"No card has the number, or the name, {text}.")
    for card in cards:
        lines = ", ".join(format_number(line, installation.plan.country) for line in card.lines)
        click.echo(f"{card.id:>6}  {card.name or '(no name yet)':<30} {lines}".rstrip())


@contact.command
@click.argument("contact_id", type=ID)
@click.pass_obj
def show(installation: Installation, contact_id: int) -> None:
    """The card CONTACT_ID (see `contact find`): lines, history, open requests."""
    detail = contact_cards.get_card_detail(installation.database, contact_id)
    country, zone = installation.plan.country, installation.plan.timezone
    click.echo(f"Contact {detail.card.id}  {detail.card.name or '(no name yet)'}")
    for line in detail.card.lines:
        click.echo(f"  line     {format_number(line, country)}{_KINDS.get(number_kind(line, country), '')}")
    for request in detail.open_requests:
        click.echo(
            f"  open     {request.created_at.astimezone(zone):%Y-%m-%d %H:%M}  {request.kind}  (request {request.id})"
        )
    for moment in detail.interactions:
        click.echo(f"  {moment.at.astimezone(zone):%Y-%m-%d %H:%M}  {moment.channel}  {moment.call_ref or ''}")
