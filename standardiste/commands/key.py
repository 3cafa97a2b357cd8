"""Keys of servers that request callbacks, of programs that work with records, and of overflow centres."""

from datetime import UTC, datetime

import click

from records import site_keys
from records.actor import command_line_actor
from records.centres.contracts import get_current_contract
from records.site_keys import (
    CALLBACKS_WRITE_SCOPE,
    CALLS_SCOPE,
    CONTACTS_SCOPE,
    CONTACTS_WRITE_SCOPE,
    CREATE_SCOPE,
    NO_SITE,
    OUTCOMES_SCOPE,
    REQUESTS_SCOPE,
    REQUESTS_WRITE_SCOPE,
)
from routing.centres.reporting import has_ended
from standardiste.commands.options import ID
from standardiste.installation import Installation

SCOPES = (CREATE_SCOPE,)
TOOL_SCOPES = (
    *(CALLS_SCOPE, CONTACTS_SCOPE, REQUESTS_SCOPE),
    *(CONTACTS_WRITE_SCOPE, REQUESTS_WRITE_SCOPE, CALLBACKS_WRITE_SCOPE),
)


@click.group
def key() -> None:
    """Keys of servers that request callbacks, of programs that work with records, and of overflow centres."""


@key.command
@click.argument("site")
@click.argument("label")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), default=SCOPES, show_default=True)
@click.pass_obj
def add(installation: Installation, site: str, label: str, scopes: tuple[str, ...]) -> None:
    """Create a key for SITE (a site of the plan); LABEL says whose it is."""
    known = [each.name for each in installation.plan.callbacks.sites]
    if site not in known:
        raise click.ClickException(f"{site} is not a site of the plan; choose {' or '.join(known)}.")
    made, token = site_keys.create_site_key(
        installation.database,
        site_keys.NewKey(site, scopes=scopes, label=label),
        at=datetime.now(UTC),
        actor=command_line_actor(installation.os_user),
    )
    click.echo(f"Key {made.id} for {site}. Keep it now, nobody can read it again:\n{token}")


@key.command("add-tool")
@click.argument("label")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(TOOL_SCOPES), required=True)
@click.pass_obj
def add_tool(installation: Installation, label: str, scopes: tuple[str, ...]) -> None:
    """Create a key for a program of ours, which works with calls, contacts or requests; LABEL says which program.

    Whoever has the key reads or changes everybody's data: keep it on a server, never in a page.
    """
    made, token = site_keys.create_site_key(
        installation.database,
        site_keys.NewKey(NO_SITE, scopes=scopes, label=label),
        at=datetime.now(UTC),
        actor=command_line_actor(installation.os_user),
    )
    click.echo(f"Key {made.id}, for {' and '.join(scopes)}. Keep it now, nobody can read it again:\n{token}")


@key.command("add-centre")
@click.argument("centre")
@click.argument("label")
@click.pass_obj
def add_centre(installation: Installation, centre: str, label: str) -> None:
    """Create a key for CENTRE (an overflow centre of the plan), which reports its outcomes; LABEL says whose it is.

    The key opens nothing else, and ends 31 days after the centre's contract.
    """
    known = [each.name for each in installation.plan.overflow.centres]
    if centre not in known:
        advice = f"choose {' or '.join(known)}" if known else "add it there first"
        raise click.ClickException(f"{centre} is not an overflow centre of the plan; {advice}.")
    if _ended_with_contract(installation, centre):
        raise click.ClickException(
            f"The contract with {centre} has ended, so that its keys are refused; change its dates in the plan first."
        )
    made, token = site_keys.create_site_key(
        installation.database,
        site_keys.NewKey(NO_SITE, scopes=(OUTCOMES_SCOPE,), label=label, centre=centre),
        at=datetime.now(UTC),
        actor=command_line_actor(installation.os_user),
    )
    click.echo(f"Key {made.id} for the centre {centre}. Keep it now, nobody can read it again:\n{token}")


@key.command("list")
@click.pass_obj
def list_(installation: Installation) -> None:
    """All keys, without their secrets; and those that are refused, because they were revoked or a contract ended."""
    keys = site_keys.list_site_keys(installation.database)
    if not keys:
        click.echo("There is no key yet; `standardiste key add SITE LABEL` makes one.", err=True)
    for each in keys:
        made = f"{each.created_at.astimezone(installation.plan.timezone):%Y-%m-%d}"
        if each.revoked_at:
            end = "  revoked"
        else:
            end = "  ended with its contract" if _ended_with_contract(installation, each.centre) else ""
        whose = each.centre or each.site or "-"
        click.echo(f"{each.id:>4}  {whose:<12} {made}  {','.join(each.scopes)}  {each.label}{end}")


@key.command
@click.argument("key_id", type=ID)
@click.pass_obj
def revoke(installation: Installation, key_id: int) -> None:
    """Revoke KEY_ID (see `key list`)."""
    actor = command_line_actor(installation.os_user)
    site_keys.revoke_site_key(installation.database, key_id, at=datetime.now(UTC), actor=actor)
    click.echo(f"Key {key_id} is revoked.")


def _ended_with_contract(installation: Installation, centre: str | None) -> bool:
    """Whether keys of the centre are refused because its contract ended too long ago."""
    plan = installation.plan
    today = datetime.now(UTC).astimezone(plan.timezone).date()
    return centre is not None and has_ended(get_current_contract(plan.overflow, centre), today)
