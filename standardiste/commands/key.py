"""Keys with which servers of the organisation ask for callbacks."""

from datetime import UTC, datetime

import click

from callback_api.origins import CREATE
from records import site_keys
from standardiste.installation import Installation

SCOPES = (CREATE,)


@click.group
def key() -> None:
    """Keys with which our own servers ask for callbacks."""


@key.command
@click.argument("site")
@click.argument("label")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), default=SCOPES, show_default=True)
@click.pass_obj
def add(house: Installation, site: str, label: str, scopes: tuple[str, ...]) -> None:
    """A new key for SITE (a site of the plan); LABEL says whose it is."""
    known = [each.name for each in house.plan.callbacks.sites]
    if site not in known:
        raise click.ClickException(f"{site} is not a site of the plan; choose {' or '.join(known)}.")
    made, token = site_keys.add(house.base, site, scopes=scopes, label=label, at=datetime.now(UTC))
    click.echo(f"Key {made.id} for {site}. Keep it now, nobody can read it again:\n{token}")


@key.command("list")
@click.pass_obj
def list_(house: Installation) -> None:
    """Every key, without what opens the door."""
    keys = site_keys.all(house.base)
    if not keys:
        click.echo("There is no key yet; `standardiste key add SITE LABEL` makes one.", err=True)
    for each in keys:
        made = f"{each.created_at.astimezone(house.plan.timezone):%Y-%m-%d}"
        revoked = "  revoked" if each.revoked_at else ""
        click.echo(f"{each.id:>4}  {each.site:<12} {made}  {','.join(each.scopes)}  {each.label}{revoked}")


@key.command
@click.argument("key_id", type=int)
@click.pass_obj
def revoke(house: Installation, key_id: int) -> None:
    """Close the door to KEY_ID (see `key list`) from now on."""
    site_keys.revoke(house.base, key_id, at=datetime.now(UTC))
    click.echo(f"Key {key_id} opens nothing any more.")
