"""Programs outside that are told what happens: docs/webhooks.md."""

import sys
from contextlib import closing
from datetime import UTC, datetime

import click

from records import webhooks
from records.outbox import EVERYTHING, KINDS, new_event_id
from records.webhook_deliveries import Event
from standardiste.commands.message import LOCAL_TIME
from standardiste.installation import Installation
from standardiste.serve_webhooks import connection_rules
from webhooks.addresses import addresses, destination
from webhooks.delivery import Courier
from webhooks.message import new_secret, signed

FAMILIES = sorted({kind.partition(".")[0] + "." + EVERYTHING for kind in KINDS})
ENDPOINT = click.argument("endpoint_id", metavar="ID", type=int)


@click.group
def webhook() -> None:
    """Programs outside that are told what happens."""


@webhook.command
@click.argument("url")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([EVERYTHING, *FAMILIES, *KINDS]),
    default=[EVERYTHING],
    metavar="KIND",
    help=f"Only these events, such as {FAMILIES[0]} or {KINDS[-1]}; may be given more than once.",
)
@click.option("--without-numbers", is_flag=True, help="Send telephone numbers masked.")
@click.pass_obj
def add(house: Installation, url: str, kinds: tuple[str, ...], without_numbers: bool) -> None:
    """Tell the program at URL (https) what happens from now on."""
    rules = connection_rules(house.settings)
    addresses(destination(url, allow_loopback=rules.allow_loopback), allow_loopback=rules.allow_loopback)
    secret = new_secret()
    added = webhooks.add(house.base, url, secret, kinds=kinds, numbers=not without_numbers, at=datetime.now(UTC))
    click.echo(
        f"Webhook {added.id} tells {url}: {' '.join(kinds)}.\n"
        f"Its secret, which is shown only now:\n  {secret}\n"
        f"Try it: standardiste webhook test {added.id}"
    )


@webhook.command("list")
@click.pass_obj
def list_(house: Installation) -> None:
    """Who is told what, and how it goes."""
    standings = webhooks.standings(house.base)
    if not standings:
        click.echo("Nobody is told anything; `standardiste webhook add URL` begins it.", err=True)
    for standing in standings:
        one = standing.endpoint
        how = ("" if one.numbers else "  numbers masked") + ("" if one.enabled else "  STOPPED: it is gone")
        counts = f"{standing.delivered} delivered, {standing.waiting} waiting, {standing.given_up} given up"
        click.echo(f"{one.id:>4}  {one.url}  {' '.join(one.kinds)}{how}  {counts}")
        if standing.error:
            click.echo(f"      {standing.error}")


@webhook.command
@ENDPOINT
@click.pass_obj
def remove(house: Installation, endpoint_id: int) -> None:
    """Tell the webhook ID nothing more, and forget its secret."""
    webhooks.remove(house.base, endpoint_id)
    click.echo(f"Webhook {endpoint_id} is removed.")


@webhook.command
@click.option("--since", type=LOCAL_TIME, help="Every event from then on, by the plan's clock.")
@click.option("--id", "event_id", help="This event, evt_…")
@click.option("--to", type=int, metavar="ID", help="To this webhook alone.")
@click.pass_obj
def replay(house: Installation, since: datetime | None, event_id: str | None, to: int | None) -> None:
    """Send events again, each under its own id."""
    if (since is None) == (event_id is None):
        raise click.UsageError("give either --since or --id")
    begun = since.replace(tzinfo=house.plan.timezone) if since else None
    count = webhooks.replay(house.base, at=datetime.now(UTC), since=begun, event_id=event_id, to=to)
    click.echo(f"{count} events will be sent." if count != 1 else "1 event will be sent.")


@webhook.command
@ENDPOINT
@click.pass_obj
def test(house: Installation, endpoint_id: int) -> None:
    """Send the webhook ID an event `webhook.test` now, and say what came of it."""
    endpoint, secret = webhooks.endpoint(house.base, endpoint_id)
    now = datetime.now(UTC)
    event = Event(new_event_id(), now, "webhook.test", {})
    with closing(Courier(endpoint.url, connection_rules(house.settings))) as courier:
        answer = courier.post(*signed(event, secret, now))
    if not answer.arrived:
        click.echo(answer.because, err=True)
        sys.exit(1)
    click.echo(f"{endpoint.url} answered {answer.status}: it takes what we send.")
