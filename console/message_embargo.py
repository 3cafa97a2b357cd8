"""The calendar of silences: times in which a neutral message alone is heard, and nobody is called back."""

import tempfile
from datetime import datetime
from pathlib import Path

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from console.door import door, viewer
from console.guard import needs
from console.language import language
from console.message_draft import received, sound_refused
from console.message_forms import LONGEST_TEXT, EmbargoForm
from console.slots import desk
from console.words import word
from prompts import drafts
from prompts.audio import AudioFailure
from prompts.refusals import AudioRefused
from prompts.voice import VoiceError
from records import embargoes
from routing.permissions import Right

LONGEST_REASON = 200
blueprint = Blueprint("message_embargo", __name__, url_prefix="/message/embargo")


@blueprint.get("")
@needs(Right.APPROVE_MESSAGES)
def calendar() -> str:
    return _page(EmbargoForm(formdata=None, text=word("embargo-neutral", "fr")))


@blueprint.post("")
@needs(Right.APPROVE_MESSAGES)
def impose() -> Response | tuple[str, int]:
    form = EmbargoForm()
    if (period := _understood(form)) is None:
        return _page(form), 422
    try:
        with tempfile.TemporaryDirectory() as scratch:
            file = received(form.file.data, Path(scratch)) if form.file.data else None
            neutral = drafts.neutral(desk().shelf, file, form.text.data, desk().voice)
        embargoes.impose(
            door().base,
            viewer(),
            starts_at=period[0],
            ends_at=period[1],
            reason=form.reason.data,
            audio=neutral,
            text=form.text.data,
            slots=desk().plan().slots,
            at=door().clock(),
        )
    except (AudioRefused, AudioFailure) as error:
        return _page(form, refused=sound_refused(error)), 422
    except VoiceError:
        return _page(form, refused=word("voice-failure", language())), 422
    flash(word("embargo-imposed", language()))
    return redirect(url_for("message_embargo.calendar"), 303)


@blueprint.post("/<int:embargo>/lift")
@needs(Right.APPROVE_MESSAGES)
def lift(embargo: int) -> Response:
    embargoes.lift(door().base, viewer(), embargo, at=door().clock())
    flash(word("embargo-lifted", language()))
    return redirect(url_for("message_embargo.calendar"), 303)


def _understood(form: EmbargoForm) -> tuple[datetime, datetime] | None:
    """From when until when it holds; None where the form now says what is wrong."""
    form.validate()
    if not form.reason.data or len(form.reason.data) > LONGEST_REASON:
        form.refuse("reason", "reason:missing")
    if not form.text.data or len(form.text.data) > LONGEST_TEXT:
        form.refuse("text", "embargo-text:missing")
    for field in ("start", "end"):
        if not form[field].read(door().timezone()) or form[field].moment is None:
            form.refuse(field, "moment:missing")
    start, end = form.start.moment, form.end.moment
    if not (start and end):
        return None
    if end <= max(start, door().clock()):
        form.refuse("end", "end:past")
    return None if form.wrong else (start, end)


def _page(form: EmbargoForm, **said: object) -> str:
    at = door().clock()
    listed = [one for one in embargoes.all(door().base) if one.ends_at > at and one.lifted_at is None]
    return render_template("message/embargo.html", form=form, embargoes=listed, at=at, **said)
