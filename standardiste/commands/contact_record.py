"""What is written on a card beside its fields: notes, consents, the wish not to be called; and calling its person."""

from datetime import UTC, datetime

import click

from records.actor import command_line_actor
from records.callbacks import do_not_call as do_not_call_list
from records.callbacks.do_not_call import DoNotCallSource
from records.callbacks.staff_request import PersonToCall, request_callback
from records.contacts import consents, notes
from records.contacts.consents import CONSENT_PURPOSES
from records.contacts.contact_cards import get_card
from routing.numbers import format_number, parse_typed_number
from standardiste.commands.callback_placing import AGENT, place_callback
from standardiste.commands.options import ID
from standardiste.installation import Installation

_CARD = click.argument("contact_id", type=ID)
_NUMBER = click.option("--number", help="Which number of the card, when it has several.")
_PURPOSE = click.argument("purpose", type=click.Choice(CONSENT_PURPOSES))


@click.command
@_CARD
@click.argument("words")
@click.pass_obj
def note(installation: Installation, contact_id: int, words: str) -> None:
    """Write a note on the card CONTACT_ID."""
    actor = command_line_actor(installation.os_user)
    notes.add_note(installation.database, actor, contact_id, words, at=datetime.now(UTC))
    click.echo("The note is kept.")


@click.command
@_CARD
@_PURPOSE
@click.option("--text-version", required=True, help="Which text the person read.")
@click.option("--source", required=True, help="Where they gave it, such as form:2030-fair.")
@click.pass_obj
def consent(installation: Installation, contact_id: int, purpose: str, text_version: str, source: str) -> None:
    """Write down that the person of card CONTACT_ID consents to PURPOSE."""
    actor, given = command_line_actor(installation.os_user), consents.NewConsent(purpose, text_version, source)
    consents.add_consent(installation.database, actor, contact_id, given, at=datetime.now(UTC))
    click.echo("The consent is kept.")


@click.command("withdraw-consent")
@_CARD
@_PURPOSE
@click.pass_obj
def withdraw_consent(installation: Installation, contact_id: int, purpose: str) -> None:
    """Write down that the person of card CONTACT_ID withdraws the consent to PURPOSE."""
    actor = command_line_actor(installation.os_user)
    consents.withdraw_consents(installation.database, actor, contact_id, purpose, at=datetime.now(UTC))
    click.echo("The consent holds no longer.")


@click.command("do-not-call")
@_CARD
@click.option(
    "--reason",
    required=True,
    type=click.Choice([source.value for source in DoNotCallSource]),
    help="How the person asked for it.",
)
@_NUMBER
@click.pass_obj
def do_not_call(installation: Installation, contact_id: int, reason: str, number: str | None) -> None:
    """Never call the number of card CONTACT_ID back; a callback that waits for it is closed."""
    line, actor = _line_of_card(installation, contact_id, number), command_line_actor(installation.os_user)
    source = DoNotCallSource(reason)
    do_not_call_list.add_by_staff(installation.database, actor, contact_id, line, source, at=datetime.now(UTC))
    click.echo(f"{format_number(line, installation.plan.country)} is never called again.")


@click.command("withdraw-do-not-call")
@_CARD
@_NUMBER
@click.pass_obj
def withdraw_do_not_call(installation: Installation, contact_id: int, number: str | None) -> None:
    """The number of card CONTACT_ID may be called again: its holder says so."""
    line, actor = _line_of_card(installation, contact_id, number), command_line_actor(installation.os_user)
    shown = format_number(line, installation.plan.country)
    if not do_not_call_list.is_do_not_call(installation.database, line):
        raise click.ClickException(f"{shown} is not on the do-not-call list; nothing has changed.")
    do_not_call_list.remove_by_staff(installation.database, actor, contact_id, line, at=datetime.now(UTC))
    click.echo(f"{shown} may be called again.")


@click.command("call-back")
@_CARD
@_NUMBER
@AGENT
@click.pass_obj
def call_back(installation: Installation, contact_id: int, number: str | None, who: str | None) -> None:
    """Put the person of card CONTACT_ID into the line of callbacks: one of the team is rung first, then they."""
    database, plan, actor = installation.database, installation.plan, command_line_actor(installation.os_user)
    line = _line_of_card(installation, contact_id, number)
    with database.read() as connection:
        card = get_card(connection, contact_id)

    def place(at: datetime, agent_id: int | None) -> str:
        language = card.language or plan.languages[0]
        person = PersonToCall(line, plan.numbers[0].e164, language, contact_id=card.id, agent_id=agent_id)
        return request_callback(database, actor, person, at=at)

    place_callback(installation, line, who, place)


def _line_of_card(installation: Installation, contact_id: int, number: str | None) -> str:
    """The number (E.164) that is meant: one of the card's, its only one without `number`. Raises ClickException."""
    country = installation.plan.country
    with installation.database.read() as connection:
        lines = get_card(connection, contact_id).lines
    shown = ", ".join(format_number(line, country) for line in lines)
    if number is None:
        if len(lines) != 1:
            which = f"name one of its numbers with --number: {shown}" if lines else "it has no number"
            raise click.ClickException(f"Card {contact_id}: {which}.")
        return lines[0]
    line = parse_typed_number(number, country)
    if line is None or line not in lines:
        raise click.ClickException(f"Card {contact_id} does not have the number {number}; it has {shown or 'none'}.")
    return line
