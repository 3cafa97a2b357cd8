"""`contact duplicates`, `contact merge`, `contact unmerge`, `contact distinct`: cards that may be one person."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

import click

from records.actor import command_line_actor
from records.contacts import contact_cards
from records.contacts.contact_cards import CHOSEN_FIELDS, Card
from records.contacts.duplicates import counters, decisions, proposals
from routing.duplicates import Reason
from routing.numbers import format_number
from standardiste.commands.options import AS_JSON, ID
from standardiste.installation import Installation

MAX_PAIRS = 1_000


@click.command
@click.option("--likely", is_flag=True, help="Only the very probable ones.")
@AS_JSON
@click.pass_obj
def duplicates(installation: Installation, likely: bool, as_json: bool) -> None:
    """The pairs of cards that may be one person, the likeliest first, with score and reasons."""
    database, country = installation.database, installation.plan.country
    pairs = proposals.list_proposals(database, limit=MAX_PAIRS, likely_only=likely)
    if as_json:
        fields = ("first_id", "second_id", "score", "reasons")
        click.echo(json.dumps([{field: getattr(pair, field) for field in fields} for pair in pairs]))
        return
    with database.read() as connection:
        ids = {card for pair in pairs for card in (pair.first_id, pair.second_id)}
        cards = {card.id: card for card in contact_cards.list_cards(connection, ids)}
    for pair in pairs:
        names = "  ".join(f"{each:>6}  {_name(cards[each], country):<26}" for each in (pair.first_id, pair.second_id))
        click.echo(f"{pair.score:>3}  {names}  {_in_words(pair.reasons)}".rstrip())
    counts = counters.read_counts(database)
    click.echo(
        f"Pairs to decide: {proposals.count_proposals(database)}. "
        f"Recognised instead of a new card: {counts[counters.AvoidedBy.CALLER]} by their call, "
        f"{counts[counters.AvoidedBy.IMPORT]} in files. Merged: {counts[counters.Decided.MERGED]}, "
        f"separated again: {counts[counters.Decided.SEPARATED]}."
    )


@click.command
@click.argument("kept", type=ID)
@click.argument("absorbed", type=ID)
@click.option(
    "--prefer",
    "preferred",
    multiple=True,
    type=click.Choice(sorted(CHOSEN_FIELDS)),
    help="Show this of ABSORBED where both cards have one; repeatable.",
)
@click.pass_obj
def merge(installation: Installation, kept: int, absorbed: int, preferred: tuple[str, ...]) -> None:
    """Make the card ABSORBED a part of the card KEPT; `contact unmerge ABSORBED` undoes it exactly."""
    actor, at = command_line_actor(installation.os_user), datetime.now(UTC)
    decisions.merge_contacts(installation.database, actor, kept, absorbed, preferred=preferred, at=at)
    click.echo(f"Card {absorbed} is part of card {kept}; `contact unmerge {absorbed}` separates them again.")


@click.command
@click.argument("absorbed", type=ID)
@click.pass_obj
def unmerge(installation: Installation, absorbed: int) -> None:
    """Separate the card ABSORBED again from the card into which it was merged."""
    actor, at = command_line_actor(installation.os_user), datetime.now(UTC)
    merge_id = decisions.find_merge_of(installation.database, absorbed)
    kept, _ = decisions.separate_contacts(installation.database, actor, merge_id, at=at)
    click.echo(f"Card {absorbed} and card {kept} are two again.")


@click.command
@click.argument("one", type=ID)
@click.argument("other", type=ID)
@click.pass_obj
def distinct(installation: Installation, one: int, other: int) -> None:
    """Say that two cards are two people: they are never proposed again."""
    actor, at = command_line_actor(installation.os_user), datetime.now(UTC)
    decisions.tell_apart(installation.database, actor, one, other, at=at)
    click.echo(f"Card {one} and card {other} are two people, and are not proposed again.")


def _name(card: Card, country: str) -> str:
    return card.name or (format_number(card.lines[0], country) if card.lines else "(no name yet)")


def _in_words(reasons: Iterable[Reason]) -> str:
    return ", ".join(reason.replace("_", " ") for reason in reasons)
