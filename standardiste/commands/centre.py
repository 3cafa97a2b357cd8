"""People of overflow centres, who log in to the pages of their centre (serve-centre)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import click

from records.actor import Actor, command_line_actor
from records.centres import accounts
from records.centres.accounts import AddressTaken, CentreAccount, IssuedLink, NewAccount
from records.centres.contracts import get_current_contract
from records.centres.ledger import list_centres
from routing.centres.people import PROBLEMS, CentreRole, find_problem, read_people
from routing.centres.reporting import is_over
from routing.languages import LANGUAGES
from routing.tables import TableError, decode_table
from standardiste.commands.options import EXISTING_FILE
from standardiste.installation import Installation

ROLES = click.Choice([role.value for role in CentreRole])
MAX_BYTES = 1_000_000


@click.group
def centre() -> None:
    """People of overflow centres, who see the card of a call that their centre was given."""


@centre.command("list")
@click.argument("name")
@click.pass_obj
def list_(installation: Installation, name: str) -> None:
    """Everybody of the centre NAME; closed accounts last."""
    _check_centre(installation, name)
    for each in accounts.list_accounts(installation.database, _actor(installation), name):
        state = "closed" if not each.is_open else "" if each.has_password else "has not come yet"
        factor = "second factor" if each.has_second_factor else ""
        click.echo(f"{each.email:<32} {each.role:<10} {each.name}  {state}{factor}".rstrip())


@centre.command
@click.argument("name")
@click.argument("email")
@click.argument("person")
@click.option("--role", type=ROLES, default=CentreRole.AGENT.value, show_default=True)
@click.option("--language", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True)
@click.pass_obj
def add(installation: Installation, name: str, email: str, person: str, role: str, language: str) -> None:
    """Give PERSON of the centre NAME an account; prints the link to hand over, which works once."""
    _check_contract(installation, name)
    taken = accounts.list_addresses(installation.database, _actor(installation))
    if problem := find_problem(person, email.lower(), taken):
        raise click.ClickException(str(PROBLEMS[problem]))
    _add(installation, name, [NewAccount(person, email, CentreRole(role), language)])


@centre.command("import")
@click.argument("name")
@click.argument("file", type=EXISTING_FILE)
@click.pass_obj
def import_(installation: Installation, name: str, file: Path) -> None:
    """Give everybody of FILE an account of the centre NAME, or nobody.

    FILE is a table (CSV) with the columns name and email, and role (agent, supervisor) and language if there are any.
    """
    _check_contract(installation, name)
    with file.open("rb") as reading:
        content = reading.read(MAX_BYTES + 1)
    try:
        people = read_people(
            decode_table(content), accounts.list_addresses(installation.database, _actor(installation))
        )
    except TableError as error:
        raise click.ClickException(str(error)) from None
    for each in people:
        if each.problem:
            click.echo(f"line {each.line}: {PROBLEMS[each.problem]}", err=True)
    if not people or any(each.problem for each in people):
        raise click.ClickException("Nobody was added: correct the file, and import it again.")
    _add(installation, name, [NewAccount(each.name, each.email, each.role, each.language) for each in people])


@centre.command
@click.argument("email")
@click.pass_obj
def reset(installation: Installation, email: str) -> None:
    """Let EMAIL begin again: password, second factor and sessions are gone, a closed account is open. Prints a link."""
    account = _find_account(installation, email)
    _check_contract(installation, account.centre)
    _echo_links(installation, [_renew(installation, account)])


@centre.command
@click.argument("email")
@click.pass_obj
def close(installation: Installation, email: str) -> None:
    """Close the account of EMAIL: they log in no more, and their sessions end."""
    account = _find_account(installation, email)
    accounts.close_account(installation.database, _actor(installation), account.id, at=datetime.now(UTC))
    click.echo(f"{account.name} can no longer log in; all sessions have ended.")


def _add(installation: Installation, name: str, people: Iterable[NewAccount]) -> None:
    try:
        links = accounts.add_accounts(installation.database, _actor(installation), name, people, at=datetime.now(UTC))
    except AddressTaken as error:  # in this very moment
        raise click.ClickException(str(error)) from None
    _echo_links(installation, links)


def _renew(installation: Installation, account: CentreAccount) -> IssuedLink:
    return accounts.renew_link(installation.database, _actor(installation), account.id, at=datetime.now(UTC))


def _echo_links(installation: Installation, links: Iterable[IssuedLink]) -> None:
    for each in links:
        click.echo(f"{each.account.email}\t{installation.settings.centre_root_url}/welcome/{each.secret}")


def _find_account(installation: Installation, email: str) -> CentreAccount:
    account = accounts.find_account(installation.database, _actor(installation), email)
    if account is None:
        raise click.ClickException(f"Nobody of a centre has the address {email}; `centre list NAME` shows them.")
    return account


def _check_centre(installation: Installation, name: str) -> None:
    known = [each.name for each in installation.plan.overflow.centres]
    if name not in known and name not in list_centres(installation.database):
        advice = f"choose {' or '.join(known)}" if known else "add it there first"
        raise click.ClickException(f"{name} is not an overflow centre of the plan; {advice}.")


def _check_contract(installation: Installation, name: str) -> None:
    _check_centre(installation, name)
    plan = installation.plan
    if is_over(get_current_contract(plan.overflow, name), datetime.now(plan.timezone).date()):
        raise click.ClickException(f"The contract with {name} has ended: give it a later last day first.")


def _actor(installation: Installation) -> Actor:
    return command_line_actor(installation.os_user)
