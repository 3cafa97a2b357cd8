"""Requests that wait for the team."""

from datetime import UTC, datetime

import click

from records.actor import Actor, command_line_actor
from records.inbox import open_requests, resolution, treatment
from records.inbox.filters import NO_FILTER, InboxFilter, Owner
from records.inbox.rows import InboxRow
from records.requests.requests import RequestKind
from records.users import users
from routing.numbers import format_number
from routing.request_rules import LEVELS, MEDIATION_LEVEL
from standardiste.commands import request_opening
from standardiste.commands.caller_number import missing_number
from standardiste.commands.options import AS_JSON, ID, LOCAL_TIME, to_instant_or_exit
from standardiste.commands.record_json import echo_json, request_detail_json, request_json
from standardiste.installation import Installation


@click.group
def request() -> None:
    """Voicemails, callbacks, missed calls and what people wrote: all that waits for a member of staff.

    What is the mediator's alone (level 3) is neither listed nor found.
    """


for command in (request_opening.open_, request_opening.call_back):
    request.add_command(command)


@request.command("list")
@click.option("--kind", type=click.Choice([*RequestKind]), help="What came in.")
@click.option("--topic", help="The name of a topic of the plan.")
@click.option("--level", type=click.IntRange(1, MEDIATION_LEVEL - 1), help="The level that has it.")
@click.option("--free", is_flag=True, help="Only what nobody has taken.")
@click.option("--late", is_flag=True, help="Only what is overdue.")
@AS_JSON
@click.pass_obj
def list_(
    installation: Installation,
    kind: str | None,
    topic: str | None,
    level: int | None,
    free: bool,
    late: bool,
    as_json: bool,
) -> None:
    """Open requests, oldest first; JSON has them as `GET /v1/requests` does (docs/api.md)."""
    topics = [each.name for each in installation.plan.requests.topics]
    if topic and topic not in topics:
        raise click.ClickException(f"There is no topic {topic}; they are: {', '.join(topics) or 'none'}.")
    owner, due_before = Owner.NOBODY if free else Owner.ANYBODY, datetime.now(UTC) if late else None
    wanted = InboxFilter(owner, RequestKind(kind) if kind else None, level, topic, due_before)
    found = open_requests.list_open(installation.database, _actor(installation), wanted)
    rows = sorted(found, key=lambda row: (row.created_at, row.id))
    if as_json:
        return echo_json(request_json(row) for row in rows)
    if not rows:
        click.echo("No open request fits." if wanted != NO_FILTER else "No request is open.", err=True)
    for row in rows:
        number = format_number(row.line, installation.plan.country) if row.line else missing_number(row.withheld)
        call = f"  call {row.call_ref}" if row.call_ref else ""
        click.echo(f"{row.id:>5}  {_time(installation, row.created_at)}  {row.kind:<10} {number}{call}")


@request.command
@click.argument("request_id", type=ID)
@AS_JSON
@click.pass_obj
def show(installation: Installation, request_id: int, as_json: bool) -> None:
    """Request REQUEST_ID, and what was done with it."""
    detail = treatment.get_detail(installation.database, _actor(installation), request_id)
    if as_json:
        return echo_json([request_detail_json(detail)])
    click.echo(_describe(installation, detail.row))
    for entry in detail.entries:
        words = "  ".join(filter(None, (entry.value, entry.note)))
        click.echo(f"  {_time(installation, entry.at)}  {entry.by}  {entry.kind}  {words}".rstrip())


@request.command
@click.argument("request_id", type=ID)
@click.argument("email")
@click.option("--note", help="What the person should know.")
@click.pass_obj
def take(installation: Installation, request_id: int, email: str, note: str | None) -> None:
    """Give request REQUEST_ID to the user of the console with this address."""
    database, actor, now = installation.database, _actor(installation), datetime.now(UTC)
    user = users.get_user_by_email(database, actor, email)
    treatment.hand_to_person(database, actor, request_id, user.id, note=note, at=now)
    click.echo(f"Request {request_id} is {user.name}'s.")


@request.command("hand-over")
@click.argument("request_id", type=ID)
@click.argument("level", type=click.IntRange(LEVELS[0], LEVELS[-1]))
@click.option("--note", help="What the level should know.")
@click.pass_obj
def hand_over(installation: Installation, request_id: int, level: int, note: str | None) -> None:
    """Give request REQUEST_ID to LEVEL, where it is nobody's; at level 3 only the mediator sees it."""
    database, actor = installation.database, _actor(installation)
    treatment.hand_to_level(database, actor, request_id, level, note=note, at=datetime.now(UTC))
    click.echo(f"Request {request_id} is at level {level}.")


@request.command
@click.argument("request_id", type=ID)
@click.argument("moment", type=LOCAL_TIME)
@click.argument("reason")
@click.pass_obj
def due(installation: Installation, request_id: int, moment: datetime, reason: str) -> None:
    """Make request REQUEST_ID due at MOMENT (2030-03-04 12:00); REASON says why."""
    due_at, now = to_instant_or_exit(moment, installation.plan.timezone), datetime.now(UTC)
    treatment.move_due(installation.database, _actor(installation), request_id, due_at, reason=reason, at=now)
    click.echo(f"Request {request_id} is due {_time(installation, due_at)}.")


@request.command
@click.argument("request_id", type=ID)
@click.pass_obj
def reopen(installation: Installation, request_id: int) -> None:
    """Open request REQUEST_ID again; a callback that has ended stays closed."""
    treatment.reopen_request(installation.database, _actor(installation), request_id, at=datetime.now(UTC))
    click.echo(f"Request {request_id} is open.")


@request.command
@click.argument("request_id", type=ID)
@click.argument("words")
@click.pass_obj
def note(installation: Installation, request_id: int, words: str) -> None:
    """Write a note to request REQUEST_ID."""
    treatment.add_note(installation.database, _actor(installation), request_id, words, at=datetime.now(UTC))
    click.echo("The note is kept.")


@request.command
@click.argument("request_id", type=ID)
@click.argument("outcome", default="")
@click.option("--note", help="What colleagues should know.")
@click.pass_obj
def close(installation: Installation, request_id: int, outcome: str, note: str | None) -> None:
    """Close request REQUEST_ID; OUTCOME is one of the plan, which are named when it is left out."""
    now, language = datetime.now(UTC), installation.plan.numbers[0].language
    titles = installation.plan.requests.outcome_titles
    if outcome not in titles:
        choices = ", ".join(f"{name} ({title.in_language(language)})" for name, title in titles.items())
        wrong = f"There is no outcome {outcome!r}" if outcome else "Say how it ended"
        raise click.ClickException(f"{wrong}; give one of these: {choices}.")
    treatment.get_detail(installation.database, _actor(installation), request_id)  # it exists for this person
    row = resolution.resolve_request(
        installation.database, request_id, by=installation.os_user, outcome=outcome, at=now, note=note
    )
    if row.closed_at == now:
        click.echo(f"Request {row.id} is closed.")
    else:
        click.echo(f"Request {row.id} was closed before, by {row.closed_by}: {row.outcome}.")


def _actor(installation: Installation) -> Actor:
    return command_line_actor(installation.os_user)


def _describe(installation: Installation, row: InboxRow) -> str:
    each = row.request
    number = format_number(each.line, installation.plan.country) if each.line else missing_number(each.withheld)
    facts = [
        f"Request {each.id}: {each.kind}, {_time(installation, each.created_at)}, {number}",
        f"level {each.level}",
        each.topic and f"topic {each.topic}",
        each.subject,
        each.due_at and f"due {_time(installation, each.due_at)}",
        row.owner and f"taken by {row.owner}",
        each.closed_at and f"closed {_time(installation, each.closed_at)} by {each.closed_by}: {each.outcome}",
    ]
    return "; ".join(fact for fact in facts if fact)


def _time(installation: Installation, at: datetime) -> str:
    return f"{at.astimezone(installation.plan.timezone):%Y-%m-%d %H:%M}"
