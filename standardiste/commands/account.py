"""Accounts of the staff console."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from records import account_changes, accounts, invitations, phone_pins
from records.newcomers import Newcomer
from records.viewer import Viewer, at_machine
from routing import people_file
from routing.permissions import Role
from routing.plan import LANGUAGES
from standardiste.installation import Installation

ROLES = click.Choice([role.value for role in Role])


@click.group
def account() -> None:
    """Who may log in to the staff console."""


@account.command("list")
@click.pass_obj
def list_(house: Installation) -> None:
    """Everybody with an account."""
    found = accounts.all(house.base, _us(house))
    if not found:
        click.echo("Nobody has an account yet; `standardiste account first` gives the first link.", err=True)
    for each in found:
        state = "deactivated" if not each.active else "" if each.has_come else "invited"
        factor = "second factor" if each.has_second_factor else ""
        click.echo(f"{each.email:<32} {each.role:<15} {each.name}  {state}{factor}".rstrip())


@account.command
@click.pass_obj
def first(house: Installation) -> None:
    """The link that makes the first administrator, as long as there is no account."""
    secret = invitations.first(house.base, at=datetime.now(UTC))
    if secret is None:
        raise click.ClickException("There is an account already; `standardiste account list` shows them.")
    click.echo(welcome_link(house, secret))


@account.command
@click.argument("name")
@click.argument("email")
@click.option("--role", type=ROLES, default=Role.STAFF.value, show_default=True)
@click.option("--language", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True)
@click.pass_obj
def invite(house: Installation, name: str, email: str, role: str, language: str) -> None:
    """Invite NAME at EMAIL, and show the link that opens once."""
    if problem := people_file.name_problem(name) or people_file.email_problem(email):
        raise click.ClickException(f"{people_file.PROBLEMS[problem]}.")
    newcomer = Newcomer(name, email, Role(role), language)
    (invited,) = account_changes.invite(house.base, _us(house), [newcomer], at=datetime.now(UTC))
    click.echo(welcome_link(house, invited.secret))


@account.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen, and invite nobody.")
@click.pass_obj
def import_(house: Installation, file: Path, dry_run: bool) -> None:
    """Invite everybody in FILE (CSV: name,email,role,language); lines with a problem are left out, exit code 1."""
    viewer = _us(house)
    known = [each.email for each in accounts.all(house.base, viewer)]
    lines = people_file.read(people_file.decoded(file.read_bytes()), known=known)
    good = [line for line in lines if not line.problem]
    newcomers = [Newcomer(line.name, line.email, line.role, line.language) for line in good if not dry_run]
    invited = account_changes.invite(house.base, viewer, newcomers, at=datetime.now(UTC))
    links = {each.account.email: welcome_link(house, each.secret) for each in invited}
    for line in lines:
        said = people_file.PROBLEMS[line.problem] if line.problem else links.get(line.email, "can be invited")
        click.echo(f"line {line.number}: {line.name} <{line.email}>: {said}")
    click.echo(f"{len(good)} of {len(lines)} {'can be' if dry_run else 'are'} invited.", err=True)
    sys.exit(0 if len(good) == len(lines) else 1)


@account.command
@click.argument("email")
@click.pass_obj
def deactivate(house: Installation, email: str) -> None:
    """Shut EMAIL out at once; `account reset` lets in again."""
    viewer = _us(house)
    found = accounts.with_email(house.base, viewer, email)
    account_changes.deactivate(house.base, viewer, found.id, at=datetime.now(UTC))
    click.echo(f"{found.email} can no longer log in; all sessions have ended.")


@account.command
@click.argument("email")
@click.pass_obj
def reset(house: Installation, email: str) -> None:
    """Take password and second factor away from EMAIL, and show a new link that opens once."""
    viewer = _us(house)
    found = accounts.with_email(house.base, viewer, email)
    invited = account_changes.reset(house.base, viewer, found.id, at=datetime.now(UTC))
    click.echo(welcome_link(house, invited.secret))


@account.command
@click.argument("email")
@click.pass_obj
def pin(house: Installation, email: str) -> None:
    """Choose the PIN with which EMAIL records messages by telephone; it is asked for, and unlocked by that."""
    viewer = _us(house)
    found = accounts.with_email(house.base, viewer, email)
    typed = click.prompt("PIN", hide_input=True, confirmation_prompt=True, err=True)
    phone_pins.choose(house.base, viewer, found.id, typed, at=datetime.now(UTC))
    click.echo(f"{found.email} is account {found.id} on the telephone.")


@account.command("unlock-pin")
@click.argument("email")
@click.pass_obj
def unlock_pin(house: Installation, email: str) -> None:
    """Let the PIN of EMAIL open again after too many wrong ones."""
    viewer = _us(house)
    found = accounts.with_email(house.base, viewer, email)
    phone_pins.unlock(house.base, viewer, found.id, at=datetime.now(UTC))
    click.echo(f"The PIN of {found.email} opens again.")


def welcome_link(house: Installation, secret: str) -> str:
    """Where whoever has it chooses a password."""
    return f"{house.settings.console_links}/welcome/{secret}"


def _us(house: Installation) -> Viewer:
    return at_machine(house.operator)
