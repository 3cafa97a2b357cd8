"""The message desk: what callers hear now, what comes next, what they heard before."""

from datetime import datetime
from io import BytesIO
from pathlib import Path

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from console import message_chart
from console.door import door, viewer
from console.guard import needs
from console.language import language
from console.slots import asked_slot, desk
from console.words import word
from prompts import publishing
from records import embargoes, hearings, message_drafts, messages
from records.errors import NotFound
from records.message_drafts import newest_of
from routing.approval import Approval
from routing.messages import MessageVersion, OnAir, changes, in_force, on_air, overdue
from routing.permissions import Right
from routing.plan import Slot

PAGE = 30
blueprint = Blueprint("message", __name__, url_prefix="/message")


@blueprint.get("")
@needs(Right.HEAR_MESSAGES)
def now() -> str:
    return home(asked_slot())


@blueprint.get("/history")
@needs(Right.HEAR_MESSAGES)
def history() -> str:
    slot, at = asked_slot(), door().clock()
    listed = publishing.listing(door().base, desk().shelf.messages, slot.name, when_none=slot.when_none, now=at)
    first = max(0, request.args.get("from", 0, type=int))
    shown = listed[first : first + PAGE]
    return render_template(
        "message/history.html",
        slot=slot,
        slots=desk().plan().slots,
        rows=shown,
        times=_times([row.version for row in shown]),
        lengths=messages.lengths(door().base),
        next=first + PAGE if len(listed) > first + PAGE else None,
    )


@blueprint.get("/version/<int:version>.wav")
@needs(Right.HEAR_MESSAGES)
def sound(version: int) -> Response:
    """A version as callers hear it: 8 kHz."""
    slot = messages.slot(door().base, version)
    found = next(each for each in messages.versions(door().base, slot) if each.id == version)
    return wav(publishing.sound_path(desk().shelf.messages, found.audio).with_suffix(".wav"))


@blueprint.post("/version/<int:version>/back")
@needs(Right.PUBLISH_MESSAGES)
def put_back(version: int) -> Response:
    slot = messages.slot(door().base, version)
    before = next(each for each in messages.versions(door().base, slot) if each.id == version)
    if not publishing.playable(desk().shelf.messages, before):
        raise NotFound("The sound of this message is gone from the disk.")
    message_drafts.put_back(door().base, viewer(), version, at=door().clock())
    flash(word("put-back-done", language()))
    return redirect(url_for("message.now", slot=slot), 303)


def home(slot: Slot, **said: object) -> str:
    """The first page; `said`: what went wrong with what was just handed in."""
    at, base = door().clock(), door().base
    known = messages.versions(base, slot.name)
    silences = embargoes.all(base)
    heard = on_air(known, slot.name, at, slot.when_none, silences)
    drafts = message_drafts.under_way(base, viewer(), [slot.name])
    return render_template(
        "message/now.html",
        slot=slot,
        slots=desk().plan().slots,
        heard=heard,
        version=heard.version,
        overdue=overdue(heard, at, door().timezone(), slot.renew_by),
        coming=changes(known, slot.name, at, slot.when_none, silences),
        embargo=in_force(silences, at),
        before=_before(known, slot, heard, at),
        drafts=drafts,
        may_publish=viewer().may(Right.PUBLISH_MESSAGES),
        may_approve=viewer().may(Right.APPROVE_MESSAGES),
        second=slot.approval is Approval.SECOND,
        **_figures(heard),
        **said,
    )


def wav(path: Path) -> Response:
    """A sound, any part of it; 404 when it is gone from the disk."""
    try:
        content = path.read_bytes()  # 16 kB a second
    except FileNotFoundError:
        abort(404)
    return send_file(BytesIO(content), mimetype="audio/wav", conditional=True, max_age=0)


def seen_now(slot: Slot) -> MessageVersion | None:
    """The newest version of the slot: who publishes says that he has seen it."""
    return newest_of(messages.versions(door().base, slot.name))


def _before(known: tuple[MessageVersion, ...], slot: Slot, heard: OnAir, at: datetime) -> MessageVersion | None:
    """What one click puts back: what was on air before this one."""
    version = heard.version
    if version is None or version.embargo:
        return None
    others = [each for each in known if each.audio != version.audio]
    return on_air(others, slot.name, at, slot.when_none).version


def _figures(heard: OnAir) -> dict[str, object]:
    version = heard.version
    if version is None:
        return {}
    seconds = messages.audio(door().base, version.audio).seconds
    found = hearings.of_version(door().base, version.id, seconds, version.published_at)
    return {
        "seconds": seconds,
        "hearings": found,
        "bars": message_chart.bars(found, seconds),
        "chart": message_chart,
    }


def _times(shown: list[MessageVersion]) -> dict[int, int]:
    if not shown:
        return {}
    since = min(version.published_at for version in shown)
    return dict(hearings.times(door().base, [version.id for version in shown], since))
