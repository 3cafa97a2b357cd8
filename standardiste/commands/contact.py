"""Contact cards."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from records.actor import command_line_actor
from records.contacts import contact_cards
from records.contacts.card_changes import CardFields, change_card
from records.contacts.duplicates import decisions
from routing.numbers import NumberKind, format_number, number_kind
from standardiste.commands import contact_duplicates, contact_erasure, contact_record
from standardiste.commands.contact_erasure import find_person
from standardiste.commands.contact_files import export_all, import_contacts, undo_import
from standardiste.commands.options import AS_JSON, ID
from standardiste.commands.record_json import card_detail_json, card_json, echo_json
from standardiste.installation import Installation
from standardiste.personal_data import exporting

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
for command in (contact_record.do_not_call, contact_record.withdraw_do_not_call, contact_record.call_back):
    contact.add_command(command)


@contact.command
@click.argument("text")
@AS_JSON
@click.pass_obj
def find(installation: Installation, text: str, as_json: bool) -> None:
    """Cards by name in any spelling, number or a part of it, e-mail address, organisation, or reference of a call."""
    cards = contact_cards.find_cards(installation.database, text, installation.plan.country)
    if as_json:
        return echo_json(card_json(card) for card in cards)
    if not cards:
        raise click.ClickException(f"No card fits {text}.")
    for card in cards:
        lines = ", ".join(format_number(line, installation.plan.country) for line in card.lines)
        click.echo(f"{card.id:>6}  {card.name or '(no name yet)':<30} {lines}".rstrip())


@contact.command
@click.argument("contact_id", type=ID)
@AS_JSON
@click.pass_obj
def show(installation: Installation, contact_id: int, as_json: bool) -> None:
    """The card CONTACT_ID (see `contact find`): lines, history, open requests."""
    detail = contact_cards.get_card_detail(installation.database, contact_id)
    if as_json:
        return echo_json([card_detail_json(detail)])
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
@AS_JSON
@click.pass_obj
def change(
    installation: Installation,
    /,
    contact_id: int,
    as_json: bool,
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
    if as_json:
        return echo_json([card_json(card)])
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
    contact_id, actor = find_person(installation, plan, person), command_line_actor(installation.os_user)
    language = language or plan.numbers[0].language
    try:
        counts = exporting.export_person(installation, actor, contact_id, file, language=language, at=datetime.now(UTC))
    except FileExistsError:
        raise click.ClickException(f"{file} exists already; name another file.") from None
    click.echo(f"{file}  " + ", ".join(f"{name.replace('_', ' ')}: {count}" for name, count in counts.items()))


contact.add_command(contact_erasure.erase)
contact.add_command(contact_erasure.erase_waiting)
contact.add_command(import_contacts)
contact.add_command(undo_import)
contact.add_command(export_all)
