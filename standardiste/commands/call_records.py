"""`call list`, `call show`, `call abandoned`: what is on record of the calls of the public."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import click

from console.calls.story import tell_call
from records.actor import command_line_actor
from records.call_events import Disposition
from records.calls import abandoned_calls, call_detail, call_list, refusals
from records.calls.abandoned_calls import AfterHangUp
from records.calls.call_detail import CallDetail, CallRecord
from records.calls.call_list import OUTCOMES, CallFilter
from records.calls.call_traits import KEYS, list_known_traits
from records.overrides import list_overrides_at
from routing.numbers import format_number, parse_typed_number
from routing.plan.model import Plan
from routing.typed_numbers import parts_of_number
from standardiste.call_explanation import explain_routing, find_plan_of_call
from standardiste.commands.caller_number import missing_number
from standardiste.commands.options import AS_JSON, LOCAL_TIME, to_instant_or_exit
from standardiste.commands.record_json import call_detail_json, call_json, echo_json
from standardiste.installation import Installation

_LIMIT = click.option(
    "--limit", type=click.IntRange(1, 1_000_000), default=20, show_default=True, help="How many at most."
)
_SINCE = click.option("--since", type=LOCAL_TIME, help="Calls from this time on (2030-03-04 12:00).")
_UNTIL = click.option("--until", type=LOCAL_TIME, help="Calls before this time.")
_NUMBER = click.option("--number", help="Our number that was called.")


@click.command("list")
@_SINCE
@_UNTIL
@click.option("--outcome", type=click.Choice(sorted(OUTCOMES)), help="How it ended.")
@click.option("--from", "caller", help="The caller's number, or three digits of it or more.")
@_NUMBER
@click.option("--key", type=click.Choice([*KEYS]), help="A key that the caller pressed.")
@click.option("--agent", help="Who answered: their name, or the number of one who left.")
@click.option("--centre", help="The name of an overflow centre that was given the call.")
@_LIMIT
@click.option("--refused", is_flag=True, help="Instead, the minutes in which calls were refused, and how many.")
@AS_JSON
@click.pass_obj
def list_(installation: Installation, /, *, limit: int, refused: bool, as_json: bool, **filters: Any) -> None:
    """The last calls, newest first; JSON has them as `GET /v1/calls` does (docs/api.md)."""
    if refused:
        return _list_refused(installation, limit, as_json)
    outcome = filters.pop("outcome")
    key, agent, centre = filters.pop("key") or "", filters.pop("agent"), filters.pop("centre")
    wanted = replace(
        _read_filter(installation, **filters, dispositions=OUTCOMES[outcome] if outcome else ()),
        key=key,
        agent_id=_find_agent(installation, agent) if agent else None,
        centre=_find_centre(installation, centre) if centre else "",
    )
    found = call_list.list_calls(installation.database, command_line_actor(installation.os_user), wanted, limit=limit)
    if as_json:
        return echo_json(call_json(call) for call in found)
    if not found:
        click.echo("No call fits." if wanted != CallFilter() else "Nobody has called yet.", err=True)
    for call in found:
        click.echo(f"{_call_line(installation, call)} {call.disposition or 'under way'}")


@click.command
@click.argument("ref")
@AS_JSON
@click.pass_obj
def show(installation: Installation, ref: str, as_json: bool) -> None:
    """The call REF in sentences, and why it went where it went; JSON is that of `GET /v1/calls/REF` (docs/api.md)."""
    database, actor = installation.database, command_line_actor(installation.os_user)
    detail = call_detail.get_call_detail(database, ref, actor=actor)
    plan = find_plan_of_call(database, detail.call)
    if as_json:
        return echo_json([call_detail_json(detail, _explain(installation, detail, plan))])
    click.echo("\n".join(_describe_call(installation, detail, plan)))


@click.command
@_SINCE
@_UNTIL
@_NUMBER
@_LIMIT
@AS_JSON
@click.pass_obj
def abandoned(
    installation: Installation,
    since: datetime | None,
    until: datetime | None,
    number: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """Callers who hung up before an answer, newest first: how long they waited, and what came after."""
    database, actor = installation.database, command_line_actor(installation.os_user)
    wanted = _read_filter(installation, since=since, until=until, number=number, dispositions=OUTCOMES["abandoned"])
    found = call_list.list_calls(database, actor, wanted, limit=limit)
    after = abandoned_calls.follow_abandoned(database, found, actor)
    if as_json:
        return echo_json(call_json(call, after[call.ref]) for call in found)
    if not found:
        click.echo("Nobody hung up before an answer.", err=True)
    for call in found:
        click.echo(f"{_call_line(installation, call)} {_describe_after(installation, after[call.ref])}")


def _read_filter(
    installation: Installation,
    *,
    since: datetime | None,
    until: datetime | None,
    number: str | None,
    caller: str | None = None,
    dispositions: tuple[Disposition, ...] = (),
) -> CallFilter:
    """Raises ClickException for what is no number."""
    plan, digits = installation.plan, parts_of_number(caller) if caller else ()
    if caller and not digits:
        raise click.ClickException(f"{caller} is no part of a number; write three digits or more.")
    ours = parse_typed_number(number, plan.country) if number else ""
    if ours is None or (ours and ours not in {each.e164 for each in plan.numbers}):
        known = ", ".join(format_number(each.e164, plan.country) for each in plan.numbers)
        raise click.ClickException(f"{number} is none of our numbers; these are: {known}.")
    return CallFilter(
        since=to_instant_or_exit(since, plan.timezone) if since else None,
        until=to_instant_or_exit(until, plan.timezone) if until else None,
        dispositions=dispositions,
        public_number=ours,
        digits=digits,
    )


def _find_agent(installation: Installation, who: str) -> int:
    """The number of an agent who has answered a call. Raises ClickException for nobody, and for two of one name."""
    known = list_known_traits(installation.database).agents
    found = [number for number, name in known if who.casefold() in (name.casefold(), str(number))]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"{name} ({number})" for number, name in known) or "nobody"
    raise click.ClickException(
        f"{'Two agents are' if found else 'No agent who answered a call is'} called {who}; they are: {listed}."
    )


def _find_centre(installation: Installation, name: str) -> str:
    """Raises ClickException for one that was never given a call and that the plan does not have."""
    planned = [centre.name for centre in installation.plan.overflow.centres]
    known = {*planned, *list_known_traits(installation.database).centres}
    if name not in known:
        raise click.ClickException(
            f"There is no overflow centre {name}; they are: {', '.join(sorted(known)) or 'none'}."
        )
    return name


def _call_line(installation: Installation, call: CallRecord) -> str:
    number = format_number(call.line, installation.plan.country) if call.line else missing_number(call.withheld)
    return f"{call.ref:<20} {_format_time(installation, call.started_at)}  {number:<20}"


def _describe_call(installation: Installation, detail: CallDetail, plan: Plan | None) -> Iterator[str]:
    call, country = detail.call, installation.plan.country
    yield _call_line(installation, call).rstrip()
    if detail.contact:
        yield f"  card      {detail.contact.id}  {detail.contact.name or '(no name yet)'}"
    if call.public_number:
        yield f"  called    {format_number(call.public_number, country)}"
    length = f" after {(call.ended_at - call.started_at).total_seconds():.0f} s" if call.ended_at else ""
    yield f"  outcome   {call.disposition or 'under way'}{length}"
    for entry in tell_call(detail, plan):
        yield f"  {_format_time(installation, entry.at)[-8:]}  {entry.sentence.in_language('en')}"
    for sentence in _explain(installation, detail, plan):
        yield f"  why       {sentence}"
    for request in detail.requests:
        state = "open" if request.is_open else f"closed by {request.closed_by}: {request.outcome}"
        yield f"  request   {request.id}  {request.kind}  {state}"
    if detail.voicemail:
        file = installation.settings.voicemail / detail.voicemail.file
        yield f"  voicemail {file}  {detail.voicemail.seconds:.0f} s"


def _explain(installation: Installation, detail: CallDetail, plan: Plan | None) -> Iterator[str]:
    return explain_routing(detail, plan, list_overrides_at(installation.database, detail.call.started_at))


def _describe_after(installation: Installation, after: AfterHangUp) -> str:
    waited = "did not wait for the team" if after.waited_s is None else f"waited {after.waited_s:.0f} s"
    if after.called_again_at:
        again = f"called again {_format_time(installation, after.called_again_at)}"
        return f"{waited}, {again}{', and was answered' if after.was_answered else ''}"
    return f"{waited}, {'waits for a callback' if after.awaits_callback else 'has not called again'}"


def _list_refused(installation: Installation, limit: int, as_json: bool) -> None:
    counts = refusals.list_refusals(installation.database, limit)
    if as_json:
        fields = ("minute", "calls", "reason", "trunk", "landing")
        return echo_json({field: getattr(count, field) for field in fields} for count in counts)
    if not counts:
        click.echo("No call has been refused.", err=True)
    for count in counts:
        at = f"{count.minute.astimezone(installation.plan.timezone):%Y-%m-%d %H:%M}"
        number = format_number(count.landing, installation.plan.country) if count.landing else ""
        click.echo(f"{at}  {count.calls:>6}  {count.reason:<11} {count.trunk:<12} {number}")


def _format_time(installation: Installation, at: datetime) -> str:
    return f"{at.astimezone(installation.plan.timezone):%Y-%m-%d %H:%M:%S}"
