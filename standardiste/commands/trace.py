"""What a call was, told from everything that knows of it."""

import json
from collections.abc import Iterator
from datetime import datetime

import click

from records import stories
from routing.numbers import masked
from standardiste import tracing
from standardiste.installation import Installation
from standardiste.tracing import Trace


@click.command
@click.argument("ref", required=False)
@click.option("--last", type=click.IntRange(min=1), help="The last so many calls instead, newest first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
@click.pass_obj
def trace(house: Installation, ref: str | None, last: int | None, as_json: bool) -> None:
    """The story of the call REF (see `calls`): record, Asterisk's channels and our logs, numbers masked."""
    if bool(ref) == bool(last):
        raise click.UsageError("give a call's reference, or --last N")
    refs = [ref] if ref else [call.ref for call in stories.recent(house.base, last or 1)]
    traces = [tracing.trace(house.settings, tracing.found(house.base, one), one) for one in refs]
    if as_json:
        click.echo(json.dumps([_row(told) for told in traces], indent=2, ensure_ascii=False))
        return
    if not traces:
        click.echo("Nobody has called yet.", err=True)
    for told in traces:
        click.echo("\n".join(_lines(house, told)))


def _lines(house: Installation, told: Trace) -> Iterator[str]:
    call, zone = told.call, house.plan.timezone
    began = call.started_at if call else told.moments[0].at
    who = f"contact {call.contact_id}" if call and call.contact_id else "no card"
    yield f"Call {told.ref}  {began.astimezone(zone):%Y-%m-%d %H:%M:%S}  {_number(told) or 'number withheld'}  {who}"
    for moment in told.moments:
        detail = "  ".join(f"{name} {value}" for name, value in moment.detail.items())
        after = f"{(moment.at - began).total_seconds():+9.3f} s"
        yield f"  {after}  {moment.source:<14} {moment.what:<18} {detail}".rstrip()
    if not told.story:
        yield "  not on record"
        return
    for request in told.story.requests:
        state = "open" if request.is_open else f"closed by {request.closed_by}: {request.outcome}"
        yield f"  request {request.id}  {request.kind}  {state}"
    if told.story.voicemail:
        seconds = told.story.voicemail.seconds
        yield f"  voicemail {house.settings.voicemail / told.story.voicemail.file}  {seconds:.0f} s"


def _row(told: Trace) -> dict[str, object]:
    call, story = told.call, told.story
    row: dict[str, object] = {"ref": told.ref, "on_record": call is not None}
    if call and story:
        row |= {
            "number": _number(told),
            "contact": call.contact_id,
            "landing": call.landing,
            "started_at": call.started_at.isoformat(),
            "ended_at": _text(call.ended_at),
            "ending": call.ending,
            "requests": [{"id": r.id, "kind": r.kind, "open": r.is_open, "outcome": r.outcome} for r in story.requests],
            "voicemail_s": story.voicemail.seconds if story.voicemail else None,
        }
    moments = [
        {"at": moment.at.isoformat(), "source": moment.source, "what": moment.what, "detail": moment.detail}
        for moment in told.moments
    ]
    return row | {"moments": moments}


def _number(told: Trace) -> str | None:
    return masked(told.call.line) if told.call and told.call.line else None


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
