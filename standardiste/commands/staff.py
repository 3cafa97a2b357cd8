"""People who answer, and their telephones."""

import secrets
from datetime import UTC, datetime

import click

from records import people
from routing.plan import LANGUAGES
from standardiste.installation import Installation


@click.group
def staff() -> None:
    """People who answer calls."""


@staff.command
@click.argument("name")
@click.option("--language", type=click.Choice(LANGUAGES), default="fr", show_default=True)
@click.pass_obj
def add(house: Installation, name: str, language: str) -> None:
    """Give NAME a phone account, usable at once."""
    person = people.add(house.base, name, language=language, at=datetime.now(UTC))
    settings = house.settings
    click.echo(
        f"{person.name} has the account {person.phone}. In the telephone's settings:\n"
        f"  server    this machine's address, port {settings.sip_port} (UDP)\n"
        f"  user      {person.phone}\n"
        f"  password  {person.password}\n"
        "It rings for the team's calls as soon as it is registered."
    )


@staff.command("list")
@click.pass_obj
def list_(house: Installation) -> None:
    """Who works here, with which account."""
    for person in people.staff(house.base):
        click.echo(f"{person.id:>4}  {person.phone}  {person.language}  {person.name}")


@staff.command
@click.argument("person_id", type=int)
@click.pass_obj
def remove(house: Installation, person_id: int) -> None:
    """Take the account back; its password changes at the next start."""
    phone = people.remove(house.base, person_id, password=secrets.token_urlsafe(18), at=datetime.now(UTC))
    click.echo(f"The account {phone.name} is free. Restart the server, so that the old telephone cannot use it.")
