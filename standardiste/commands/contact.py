"""Contact cards."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from records.actor import command_line_actor
from records.contacts import contact_cards
from records.contacts.card_changes import CardFields, change_card
from records.contacts.duplicates import decisions
from records.errors import NotFound
from routing.numbers import NumberKind, format_number, number_kind, parse_typed_number
from routing.plan.model import Plan
from standardiste.backup import backups
from standardiste.commands import contact_duplicates, contact_record
from standardiste.commands.contact_files import export_all, import_contacts
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


for command in (contact_duplicates.duplicates, contact_duplicates.merge, contact_duplicates.unmerge):
    contact.add_command(command)
contact.add_command(contact_duplicates.distinct)
for command in (contact_record.note, contact_record.consent, contact_record.withdraw_consent):
    contact.add_command(command)


@contact.command
@click.argument("text")
@click.pass_obj
def find(installation: Installation, text: str) -> None:
    """Cards by name in any spelling, number or a part of it, e-mail address, organisation, or reference of a call."""
    cards = contact_cards.find_cards(installation.database, text, installation.plan.country)
    if not cards:
        raise click.ClickException(f"No card fits {text}.")
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
    _echo_card(detail.card, country)
    for merge in decisions.list_merges(installation.database, contact_id):
        click.echo(f"  merged   card {merge.absorbed}  (`contact unmerge {merge.absorbed}`)")
    for request in detail.open_requests:
        click.echo(
            f"  open     {request.created_at.astimezone(zone):%Y-%m-%d %H:%M}  {request.kind}  (request {request.id})"
        )
    for moment in detail.interactions:
        click.echo(f"  {moment.at.astimezone(zone):%Y-%m-%d %H:%M}  {moment.channel}  {moment.call_ref or ''}")


def _echo_card(card: contact_cards.Card, country: str) -> None:
    click.echo(f"Contact {card.id}  {card.name or '(no name yet)'}")
    if card.organisation:
        click.echo(f"  for      {card.organisation}")
    for line in card.lines:
        click.echo(f"  line     {format_number(line, country)}{_KINDS.get(number_kind(line, country), '')}")
    for address in card.emails:
        click.echo(f"  e-mail   {address}")
    if card.street or card.postcode or card.city:
        click.echo("  address  " + ", ".join(filter(None, (card.street, card.postcode, card.city))))


@contact.command
@click.argument("contact_id", type=ID)
@click.option("--name", help="The name of the person.")
@click.option("--organisation", help='Whom they speak for; "" for nobody.')
@click.option("--add-email", metavar="ADDRESS", help="An e-mail address.")
@click.option("--remove-email", metavar="ADDRESS", help="An address that is no longer theirs.")
@click.option("--street", help="Number and street.")
@click.option("--postcode")
@click.option("--city")
@click.pass_obj
def change(
    installation: Installation,
    /,
    contact_id: int,
    name: str | None,
    organisation: str | None,
    add_email: str | None,
    remove_email: str | None,
    **address: str | None,
) -> None:
    """Change what the card CONTACT_ID says about the person."""
    where = {field: text.strip() for field, text in address.items() if text is not None}
    database = installation.database
    if name is None and organisation is None and not add_email and not remove_email and not where:
        raise click.UsageError("Nothing to change: give --name, --organisation, an e-mail address or an address.")
    base = CardFields.of(contact_cards.get_card_detail(database, contact_id).card)
    emails = [each for each in base.emails if each.casefold() != (remove_email or "").strip().casefold()]
    wanted = replace(
        base,
        name=base.name if name is None else name.strip(),
        organisation=base.organisation if organisation is None else organisation.strip(),
        emails=(*emails, *([add_email.strip()] if add_email else [])),
        **where,
    )
    actor, at = command_line_actor(installation.os_user), datetime.now(UTC)
    card = change_card(database, actor, contact_id, base=base, wanted=wanted, at=at)
    _echo_card(card, installation.plan.country)


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


contact.add_command(import_contacts)
contact.add_command(export_all)
