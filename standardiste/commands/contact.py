"""Contact cards."""

from datetime import UTC, datetime
from pathlib import Path

import click

from records.actor import command_line_actor
from records.contacts import contact_cards
from records.errors import NotFound
from routing.numbers import NumberKind, format_number, number_kind, parse_typed_number
from routing.plan.model import Plan
from standardiste.backup import backups
from standardiste.commands.options import ID
from standardiste.installation import Installation
from standardiste.personal_data import erasing, exporting

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


@contact.command
@click.argument("person")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--language", type=click.Choice(["fr", "en"]), help="Of the index; by default that of our first number.")
@click.pass_obj
def export(installation: Installation, person: str, file: Path, language: str | None) -> None:
    """Write everything about PERSON (a card's number or a telephone number) to the archive FILE (ZIP).

    It holds an index in plain words, all data as JSON, and the voice messages. The change log says that it was made.
    """
    plan = installation.plan
    contact_id, actor = _find_person(installation, plan, person), command_line_actor(installation.os_user)
    language = language or plan.numbers[0].language
    try:
        counts = exporting.export_person(installation, actor, contact_id, file, language=language, at=datetime.now(UTC))
    except FileExistsError:
        raise click.ClickException(f"{file} exists already; name another file.") from None
    click.echo(f"{file}  " + ", ".join(f"{name.replace('_', ' ')}: {count}" for name, count in counts.items()))


@contact.command
@click.argument("person")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def erase(installation: Installation, person: str, yes: bool) -> None:
    """Erase PERSON (a card's number or a telephone number) everywhere, for ever; `contact export` first if need be.

    Calls and requests stay as counts. An entry in the do-not-call list stays as a hash of the number.
    """
    plan = installation.plan
    contact_id, actor = _find_person(installation, plan, person), command_line_actor(installation.os_user)
    if not yes:
        click.confirm(f"Erase contact {contact_id} for ever?", abort=True)
    done = erasing.erase_person(installation, actor, contact_id, at=datetime.now(UTC))
    counts = ", ".join(f"{name.replace('_', ' ')}: {count}" for name, count in done.erasure.counts.items() if count)
    click.echo(f"Contact {contact_id} is erased ({counts}).")
    if done.erasure.person.shared_lines:
        click.echo("A number of theirs is on another card too, and stays there.")
    if not done.is_database_clean:
        click.echo("The database file still holds a number or the name: of somebody else, or in the change log.")
    for file in done.still_in:
        click.echo(f"A number or the name still stands in {file}.")
    kept = backups.list_backups(installation.settings.backups)
    if kept:
        click.echo(
            f"Backups still hold the person: {len(kept)}, the newest is {kept[0].name}; they are replaced in turn."
        )


def _find_person(installation: Installation, plan: Plan, person: str) -> int:
    """The card of this id, or the one card with this telephone number. Raises ClickException."""
    if person.isdecimal() and not person.startswith("0") and len(person) < 9:
        return int(person)
    line = parse_typed_number(person, plan.country)
    cards = contact_cards.find_cards(installation.database, line) if line else ()
    if not cards:
        raise NotFound(f"No card has the number {person}; `standardiste contact find` finds cards by name.")
    if len(cards) > 1:
        ids = ", ".join(str(card.id) for card in cards)
        raise click.ClickException(f"Several cards have this number; name one of them: {ids}.")
    return cards[0].id
