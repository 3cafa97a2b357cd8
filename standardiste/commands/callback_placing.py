"""A person is called back: from a request or a card, by the team or first by one agent, at their own telephone."""

from collections.abc import Callable
from datetime import UTC, datetime

import click

from records.callbacks.callback_queue import will_ring_own_phone
from records.callbacks.callback_request import TooManyCallbacks
from records.callbacks.staff_request import NotDialled
from records.staff import agents
from records.trunks import has_trunks
from routing.callbacks.acceptance import NotDialledReason
from routing.callbacks.number_ranges import is_in_ranges
from standardiste.installation import Installation

AGENT = click.option("--agent", "who", metavar="WHO", help="Whose telephone rings first: an agent's name or desk.")
_NOT_DIALLED = {
    NotDialledReason.DO_NOT_CALL: "This number is on the do-not-call list: it is not called back.",
    NotDialledReason.DUPLICATE: "A callback to this number waits already, so there is no second one.",
}


def place_callback(
    installation: Installation, line: str, who: str | None, place: Callable[[datetime, int | None], str]
) -> None:
    """Runs `place`, given the time and the agent who is rung first, and says what follows. Raises ClickException."""
    database = installation.database
    if not has_trunks(database):
        raise click.ClickException("No trunk places calls; `standardiste trunk add` makes one.")
    if not is_in_ranges(line, installation.plan.callbacks.ranges):
        raise click.ClickException("The plan's `callbacks` do not call this number; its `ranges` say which they call.")
    agent, at = agents.find_agent(database, who) if who else None, datetime.now(UTC)
    try:
        ref = place(at, agent.id if agent else None)
    except NotDialled as error:
        why = _NOT_DIALLED.get(error.reason) if error.reason else None
        raise click.ClickException(why or str(error)) from None
    except TooManyCallbacks:
        raise click.ClickException("This number has been called back too often today; call by hand.") from None
    click.echo(f"The callback {ref} is in line; `standardiste callback show {ref}` says where it stands.")
    if agent and will_ring_own_phone(database, ref, at=at):
        click.echo(f"{agent.name}'s telephone rings first; if they do not take it, the team is offered the callback.")
    elif agent:
        click.echo(f"{agent.name}'s telephone does not ring: callbacks are paused, or wait until we are open.")
