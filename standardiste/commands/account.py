"""Users of the staff console."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from records.actor import Actor, command_line_actor
from records.users import administration, invitations, monthly_users, phone_pins, users
from records.users.invitees import Invitee
from routing.access import invitation_file
from routing.access.permissions import Role
from routing.languages import LANGUAGES
from routing.quoting import quote_word
from routing.tables import decode_table
from standardiste.commands.options import EXISTING_FILE
from standardiste.installation import Installation

ROLES = click.Choice([role.value for role in Role])


class _Month(click.DateTime):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            month: datetime = super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r} is no month; write it as 2026-11.", param, ctx)
        return month


@click.group
def account() -> None:
    """Users of the staff console."""


@account.command("list")
@click.pass_obj
def list_(installation: Installation) -> None:
    """All users."""
    listed = users.list_users(installation.database, _machine_actor(installation))
    if not listed:
        click.echo("Nobody has an account yet; `standardiste account first` gives the first link.", err=True)
    for user in listed:
        state = "deactivated" if not user.active else "" if user.has_password else "invited"
        factor = "second factor" if user.has_second_factor else ""
        click.echo(f"{user.email:<32} {user.role:<15} {user.name}  {state}{factor}".rstrip())


@account.command
@click.option("--month", type=_Month(["%Y-%m"]), help="Such as 2026-11; by default the month that runs.")
@click.pass_obj
def count(installation: Installation, month: datetime | None) -> None:
    """Count the people who logged in or took a call in a month (UTC)."""
    first = (month or datetime.now(UTC)).date().replace(day=1)
    counted = monthly_users.count_users(installation.database, first)
    users_counted = f"{counted.people} user{'' if counted.people == 1 else 's'}"
    click.echo(f"{first:%Y-%m}: {users_counted}; {counted.logged_in} logged in, {counted.took_calls} took calls.")


@account.command
@click.pass_obj
def first(installation: Installation) -> None:
    """Show the link that creates the first administrator, as long as there is no account."""
    secret = invitations.create_first_invitation(installation.database, at=datetime.now(UTC))
    if secret is None:
        raise click.ClickException("There is an account already; `standardiste account list` shows them.")
    click.echo(installation.settings.welcome_url(secret))


@account.command
@click.argument("name")
@click.argument("email")
@click.option("--role", type=ROLES, default=Role.STAFF.value, show_default=True)
@click.option("--language", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True)
@click.pass_obj
def invite(installation: Installation, name: str, email: str, role: str, language: str) -> None:
    """Invite NAME at EMAIL, and show the link that opens once."""
    if problem := invitation_file.name_problem(name) or invitation_file.email_problem(email):
        raise click.ClickException(f"{invitation_file.ROW_PROBLEMS[problem]}.")
    invitee = Invitee(name, email, Role(role), language)
    (invited,) = administration.invite_users(
        installation.database, _machine_actor(installation), [invitee], at=datetime.now(UTC)
    )
    click.echo(installation.settings.welcome_url(invited.secret))


@account.command("import")
@click.argument("file", type=EXISTING_FILE)
@click.option("--dry-run", is_flag=True, help="Say what would happen, and invite nobody.")
@click.pass_obj
def import_(installation: Installation, file: Path, dry_run: bool) -> None:
    """Invite everybody in FILE (CSV: name,email,role,language). Lines with a problem are skipped; then exit code 1."""
    actor = _machine_actor(installation)
    known = [each.email for each in users.list_users(installation.database, actor)]
    lines = invitation_file.read_invitations(decode_table(file.read_bytes()), known_emails=known)
    good = [line for line in lines if not line.problem]
    newcomers = [Invitee(line.name, line.email, line.role, line.language) for line in good if not dry_run]
    invited = administration.invite_users(installation.database, actor, newcomers, at=datetime.now(UTC))
    links = {each.user.email: installation.settings.welcome_url(each.secret) for each in invited}
    for line in lines:
        said = _describe_problem(line) if line.problem else links.get(line.email, "can be invited")
        click.echo(f"line {line.number}: {line.name} <{line.email}>: {said}")
    click.echo(f"{len(good)} of {len(lines)} {'can be' if dry_run else 'are'} invited.", err=True)
    sys.exit(0 if len(good) == len(lines) else 1)


@account.command
@click.argument("email")
@click.pass_obj
def deactivate(installation: Installation, email: str) -> None:
    """Lock EMAIL out at once; `account reset` undoes it."""
    actor = _machine_actor(installation)
    found = users.get_user_by_email(installation.database, actor, email)
    administration.deactivate_user(installation.database, actor, found.id, at=datetime.now(UTC))
    click.echo(f"{found.email} can no longer log in; all sessions have ended.")


@account.command
@click.argument("email")
@click.pass_obj
def reset(installation: Installation, email: str) -> None:
    """Remove password and second factor of EMAIL, and show a new link that opens once."""
    actor = _machine_actor(installation)
    found = users.get_user_by_email(installation.database, actor, email)
    invited = administration.reset_user(installation.database, actor, found.id, at=datetime.now(UTC))
    click.echo(installation.settings.welcome_url(invited.secret))


@account.command
@click.argument("email")
@click.pass_obj
def pin(installation: Installation, email: str) -> None:
    """Set the PIN with which EMAIL records messages by telephone; this also unlocks it."""
    actor = _machine_actor(installation)
    found = users.get_user_by_email(installation.database, actor, email)
    typed = click.prompt("PIN", hide_input=True, confirmation_prompt=True, err=True)
    phone_pins.set_pin(installation.database, actor, found.id, typed, at=datetime.now(UTC))
    click.echo(f"{found.email} is account {found.id} on the telephone.")


@account.command("unlock-pin")
@click.argument("email")
@click.pass_obj
def unlock_pin(installation: Installation, email: str) -> None:
    """Unlock the PIN of EMAIL after too many wrong attempts."""
    actor = _machine_actor(installation)
    found = users.get_user_by_email(installation.database, actor, email)
    phone_pins.unlock_pin(installation.database, actor, found.id, at=datetime.now(UTC))
    click.echo(f"The PIN of {found.email} opens again.")


def _machine_actor(installation: Installation) -> Actor:
    return command_line_actor(installation.os_user)


def _describe_problem(line: invitation_file.InvitationRow) -> str:
    problem = invitation_file.ROW_PROBLEMS[line.problem]
    return f"{problem}; the column {line.column} has {quote_word(line.found)}" if line.column else problem
