"""`request open`, for what came by letter, e-mail, fax or in person; `request call-back`, which calls the person."""

from datetime import UTC, datetime
from typing import Any

import click

from records.actor import command_line_actor
from records.contacts.senders import Sender
from records.inbox import inbox, opening, treatment
from records.inbox.opening import MAX_SUBJECT, MAX_TEXT, NewRequest
from records.requests.requests import REPORTED_KINDS, RequestKind
from routing.email_addresses import is_email_address
from routing.numbers import parse_typed_number
from routing.plan.model import Plan
from routing.request_rules import LEVELS, MEDIATION_LEVEL, Topic
from standardiste.commands.callback_placing import AGENT, place_callback
from standardiste.commands.options import AS_JSON, ID
from standardiste.commands.record_json import echo_json, request_json
from standardiste.installation import Installation


@click.command("open")
@click.argument("channel", type=click.Choice([kind.value for kind in REPORTED_KINDS]))
@click.argument("words")
@click.option("--contact", type=ID, help="The card of the person (see `contact find`).")
@click.option("--number", help="Their number: finds the card, or makes one.")
@click.option("--email", help="Their e-mail address: finds the card, or makes one.")
@click.option("--subject", help="What it is about, in a few words.")
@click.option("--topic", help="The name of a topic of the plan, which gives the level and when it is due.")
@click.option("--to", "owner", metavar="EMAIL", help="Whose it becomes: a user of the console.")
@AS_JSON
@click.pass_obj
def open_(
    installation: Installation,
    /,
    channel: str,
    words: str,
    as_json: bool,
    subject: str | None,
    topic: str | None,
    owner: str | None,
    **who: Any,
) -> None:
    """Open a request for what came by CHANNEL; WORDS are what the person said or wrote."""
    database, actor, plan = installation.database, command_line_actor(installation.os_user), installation.plan
    chosen = _find_topic(plan, topic)
    level = chosen.level if chosen else LEVELS[0]
    new = NewRequest(
        RequestKind(channel),
        _read_sender(plan, **who),
        _read_text(words, MAX_TEXT, "The words"),
        _read_text(subject, MAX_SUBJECT, "The subject") if subject else None,
        chosen,
        treatment.find_colleague(database, actor, owner, level=level) if owner else None,
    )
    request_id = opening.open_reported_request(database, actor, new, at=datetime.now(UTC))
    if level >= MEDIATION_LEVEL:
        click.echo("The request is the mediator's, who alone sees it.", err=True)
        return echo_json(()) if as_json else None
    if as_json:
        return echo_json([request_json(treatment.get_detail(database, actor, request_id).row.request)])
    click.echo(f"Request {request_id} is open.")


@click.command("call-back")
@click.argument("request_id", type=ID)
@AGENT
@click.pass_obj
def call_back(installation: Installation, request_id: int, who: str | None) -> None:
    """Put the person of request REQUEST_ID into the line of callbacks: one of the team is rung first, then they.

    The request is closed: the callback is the request from now on.
    """
    database, actor = installation.database, command_line_actor(installation.os_user)
    ours = installation.plan.numbers[0].e164
    request = inbox.get_request(database, actor, request_id).request
    if request.kind is RequestKind.CALLBACK:
        raise click.ClickException("It is a callback already; `standardiste callback list` says when it is placed.")
    if request.line is None:
        raise click.ClickException("It has no number that could be called.")

    def place(at: datetime, agent_id: int | None) -> str:
        return inbox.call_back(database, actor, request_id, ours, at=at, agent_id=agent_id)

    place_callback(installation, request.line, who, place)


def _find_topic(plan: Plan, name: str | None) -> Topic | None:
    """Raises ClickException for a topic that the plan does not have."""
    topic = plan.requests.find_topic(name)
    if name is not None and topic is None:
        known = ", ".join(each.name for each in plan.requests.topics) or "none yet; `requests` in the plan makes some"
        raise click.ClickException(f"The plan has no topic {name}; it has {known}.")
    return topic


def _read_sender(plan: Plan, contact: int | None, number: str | None, email: str | None) -> Sender:
    """Raises ClickException, UsageError."""
    if contact is None and not number and not email:
        raise click.UsageError("Say from whom it is: --contact, --number or --email.")
    line = parse_typed_number(number, plan.country) if number else None
    if number and line is None:
        raise click.ClickException(f"{number} is not a telephone number; write it as 06 39 98 00 01 or +33639980001.")
    if email and not is_email_address(email):
        raise click.ClickException(f"{email} is not an e-mail address.")
    return Sender(contact, line, email)


def _read_text(text: str, most: int, what: str) -> str:
    """Raises ClickException."""
    if not text.strip() or len(text) > most:
        raise click.ClickException(f"{what} must have 1 to {most} characters.")
    return text.strip()
