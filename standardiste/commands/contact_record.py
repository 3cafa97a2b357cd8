"""What is written on a card beside its fields: notes and consents."""

from datetime import UTC, datetime

import click

from records.actor import command_line_actor
from records.contacts import consents, notes
from records.contacts.consents import CONSENT_PURPOSES
from standardiste.commands.options import ID
from standardiste.installation import Installation

_CARD = click.argument("contact_id", type=ID)
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
    actor, facts = command_line_actor(installation.os_user), {"text_version": text_version, "source": source}
    consents.add_consent(installation.database, actor, contact_id, purpose, **facts, at=datetime.now(UTC))
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
