"""One call in order of time, from the record, the channel event log and the logs."""

import json
from collections.abc import Iterator
from datetime import datetime

import click

from records.calls import call_detail
from records.centres import handoffs
from routing.numbers import mask_number
from standardiste import call_timeline
from standardiste.call_timeline import CallTimeline
from standardiste.commands.caller_number import missing_number
from standardiste.commands.options import AS_JSON, with_former_keys
from standardiste.installation import Installation

FORMER_KEYS = {"entries": "moments", "event": "what", "disposition": "ending"}
"""Keys of the JSON output: the name in force, and the one before it, which stays until version 1.0."""


@click.command
@click.argument("ref", required=False)
@click.option("--last", type=click.IntRange(1, 1_000_000), help="The last so many calls instead, newest first.")
@AS_JSON
@click.pass_obj
def trace(installation: Installation, ref: str | None, last: int | None, as_json: bool) -> None:
    """The call REF (see `call list`) in order of time: our record, Asterisk's channels and our logs, numbers masked.

    REF may also be the reference that an overflow centre was given.
    """
    if bool(ref) == bool(last):
        raise click.UsageError("give a call's reference, or --last N")
    refs = [ref] if ref else [call.ref for call in call_detail.list_recent_calls(installation.database, last or 1)]
    timelines = [_read_timeline(installation, each) for each in refs]
    if as_json:
        rows = with_former_keys([_to_json(timeline) for timeline in timelines], FORMER_KEYS)
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    if not timelines:
        click.echo("Nobody has called yet.", err=True)
    for timeline in timelines:
        click.echo("\n".join(_timeline_lines(installation, timeline)))


def _read_timeline(installation: Installation, ref: str) -> CallTimeline:
    ref = handoffs.find_call(installation.database, ref) or ref
    recorded = call_timeline.find_call_detail(installation.database, ref)
    return call_timeline.build_timeline(installation.settings, recorded, ref)


def _timeline_lines(installation: Installation, timeline: CallTimeline) -> Iterator[str]:
    call, zone, recorded = timeline.call, installation.plan.timezone, timeline.call_detail
    began = call.started_at if call else timeline.entries[0].at
    contact = f"contact {call.contact_id}" if call and call.contact_id else "no card"
    number = _masked_number(timeline) or missing_number(bool(call and call.withheld))
    yield f"Call {timeline.ref}  {began.astimezone(zone):%Y-%m-%d %H:%M:%S}  {number}  {contact}"
    for entry in timeline.entries:
        detail = "  ".join(f"{name} {value}" for name, value in entry.detail.items())
        offset = f"{(entry.at - began).total_seconds():+9.3f} s"
        yield f"  {offset}  {entry.source:<14} {entry.event:<18} {detail}".rstrip()
    if not recorded:
        yield "  not on record"
        return
    for request in recorded.requests:
        state = "open" if request.is_open else f"closed by {request.closed_by}: {request.outcome}"
        yield f"  request {request.id}  {request.kind}  {state}"
    if recorded.voicemail:
        file = installation.settings.voicemail / recorded.voicemail.file
        yield f"  voicemail {file}  {recorded.voicemail.seconds:.0f} s"


def _to_json(timeline: CallTimeline) -> dict[str, object]:
    call, recorded = timeline.call, timeline.call_detail
    row: dict[str, object] = {"ref": timeline.ref, "on_record": call is not None}
    if call and recorded:
        row |= {
            "number": _masked_number(timeline),
            "contact": call.contact_id,
            "landing": call.landing,
            "started_at": call.started_at.isoformat(),
            "ended_at": _format_time(call.ended_at),
            "disposition": call.disposition,
            "requests": [
                {"id": request.id, "kind": request.kind, "open": request.is_open, "outcome": request.outcome}
                for request in recorded.requests
            ],
            "voicemail_s": recorded.voicemail.seconds if recorded.voicemail else None,
        }
    entries = [
        {"at": entry.at.isoformat(), "source": entry.source, "event": entry.event, "detail": entry.detail}
        for entry in timeline.entries
    ]
    return row | {"entries": entries}


def _masked_number(timeline: CallTimeline) -> str | None:
    return mask_number(timeline.call.line) if timeline.call and timeline.call.line else None


def _format_time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
