"""Webhooks: docs/webhooks.md."""

import sys
from contextlib import closing
from datetime import UTC, datetime

import click

from records.webhooks import endpoints
from records.webhooks.deliveries import Event
from records.webhooks.outbox import KINDS, WILDCARD, new_event_id
from standardiste.commands.options import ID, LOCAL_TIME, to_instant_or_exit
from standardiste.installation import Installation
from standardiste.parts.webhooks import connection_rules
from webhooks.destinations import parse_destination, resolve_public_addresses
from webhooks.http_sender import HttpSender
from webhooks.signing import generate_signing_secret, sign_event

FAMILIES = sorted({kind.partition(".")[0] + "." + WILDCARD for kind in KINDS})
ENDPOINT = click.argument("endpoint_id", metavar="ID", type=ID)


@click.group
def webhook() -> None:
    """External programs that receive events."""


@webhook.command
@click.argument("url")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([WILDCARD, *FAMILIES, *KINDS]),
    default=[WILDCARD],
    metavar="KIND",
    help=f"Only these events, such as {FAMILIES[0]} or {KINDS[-1]}; may be given more than once.",
)
@click.option("--without-numbers", is_flag=True, help="Send telephone numbers masked.")
@click.pass_obj
def add(installation: Installation, url: str, kinds: tuple[str, ...], without_numbers: bool) -> None:
    """Send events to URL (https) from now on."""
    rules = connection_rules(installation.settings)
    resolve_public_addresses(
        parse_destination(url, allow_loopback=rules.allow_loopback), allow_loopback=rules.allow_loopback
    )
    secret = generate_signing_secret()
    added = endpoints.add_endpoint(
        installation.database, url, secret, kinds=kinds, full_numbers=not without_numbers, at=datetime.now(UTC)
    )
    click.echo(
        f"Webhook {added.id} tells {url}: {' '.join(kinds)}.\n"
        f"Its secret, which is shown only now:\n  {secret}\n"
        f"Try it: standardiste webhook test {added.id}"
    )


@webhook.command("list")
@click.pass_obj
def list_(installation: Installation) -> None:
    """All webhooks, their kinds of event and their deliveries."""
    statuses = endpoints.list_endpoint_statuses(installation.database)
    if not statuses:
        click.echo("Nobody is told anything; `standardiste webhook add URL` begins it.", err=True)
    for status in statuses:
        endpoint = status.endpoint
        how = ("" if endpoint.full_numbers else "  numbers masked") + (
            "" if endpoint.enabled else "  STOPPED: it is gone"
        )
        counts = f"{status.delivered} delivered, {status.waiting} waiting, {status.given_up} given up"
        click.echo(f"{endpoint.id:>4}  {endpoint.url}  {' '.join(endpoint.kinds)}{how}  {counts}")
        if status.error:
            click.echo(f"      {status.error}")


@webhook.command
@ENDPOINT
@click.pass_obj
def remove(installation: Installation, endpoint_id: int) -> None:
    """Remove the webhook ID and its secret."""
    endpoints.remove_endpoint(installation.database, endpoint_id)
    click.echo(f"Webhook {endpoint_id} is removed.")


@webhook.command
@click.option("--since", type=LOCAL_TIME, help="Every event from then on, by the plan's clock.")
@click.option("--id", "event_id", help="This event, evt_…")
@click.option("--to", type=ID, metavar="ID", help="To this webhook alone.")
@click.pass_obj
def replay(installation: Installation, since: datetime | None, event_id: str | None, to: int | None) -> None:
    """Send events again, each with its own id."""
    if (since is None) == (event_id is None):
        raise click.UsageError("give either --since or --id")
    begun = to_instant_or_exit(since, installation.plan.timezone) if since else None
    count = endpoints.replay_events(installation.database, at=datetime.now(UTC), since=begun, event_id=event_id, to=to)
    click.echo(f"{count} events will be sent." if count != 1 else "1 event will be sent.")


@webhook.command
@ENDPOINT
@click.pass_obj
def test(installation: Installation, endpoint_id: int) -> None:
    """Send an event `webhook.test` to the webhook ID now, and show the answer."""
    endpoint, secret = endpoints.get_endpoint(installation.database, endpoint_id)
    now = datetime.now(UTC)
    event = Event(new_event_id(), now, "webhook.test", {})
    with closing(HttpSender(endpoint.url, connection_rules(installation.settings))) as sender:
        answer = sender.post(*sign_event(event, secret, now))
    if not answer.delivered:
        click.echo(answer.error, err=True)
        sys.exit(1)
    click.echo(f"{endpoint.url} answered {answer.status}: it takes what we send.")
