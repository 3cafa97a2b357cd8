"""A message on its way to the air: handed in, cut, worded, listened to, published or approved."""

import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from console import message
from console.door import door, viewer
from console.guard import needs
from console.language import language
from console.message_forms import UploadForm, WordingForm, number
from console.slots import asked_slot, desk, slot_named
from console.words import word
from prompts import drafts
from prompts.audio import AudioFailure
from prompts.publishing import PublishError
from prompts.refusals import AudioRefused
from records import desk_rings, message_drafts
from records.desk_rings import NoTelephone, Part
from records.message_draft import Draft, DraftChanged, DraftOver, DraftState, NeedsSecond, NotTheSecond, Overtaken
from routing.approval import Approval, may_agree
from routing.permissions import Right

blueprint = Blueprint("message_draft", __name__, url_prefix="/message")
Page = str | AnyResponse | tuple[str, int]


@blueprint.post("/upload")
@needs(Right.PUBLISH_MESSAGES)
def upload() -> AnyResponse | tuple[Response | str, int]:
    """A file or a recording becomes a draft. A script that asks for JSON is told where to go, or what is wrong."""
    slot, form = asked_slot(), UploadForm()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            file = received(form.file.data, Path(scratch))
            name = (form.file.data and form.file.data.filename) or ""
            text, at = form.text.data, door().clock()
            draft = drafts.hand_in(door().base, desk().shelf, viewer(), file, name, slot.name, text=text, at=at)
    except (AudioRefused, AudioFailure) as error:
        refused = sound_refused(error)
        if reads_json():
            return jsonify(error=refused), 422
        return message.home(slot, refused=refused, text=form.text.data), 422
    place = url_for("message_draft.edit", draft=draft.id)
    return jsonify(goto=place) if reads_json() else redirect(place, 303)


@blueprint.get("/draft/<int:draft>")
@needs(Right.PUBLISH_MESSAGES)
def edit(draft: int) -> Page:
    shown = _draft(draft)
    if shown.state not in (DraftState.OPEN, DraftState.WAITING):
        return redirect(url_for("message.history", slot=shown.slot), 303)
    newest = message.seen_now(slot_named(shown.slot))
    return _page(shown, WordingForm.of(shown, newest.id if newest else None, door().timezone()))


@blueprint.post("/draft/<int:draft>")
@needs(Right.PUBLISH_MESSAGES)
def change(draft: int) -> Page:
    """Saves, publishes, hands in, approves, sends back or discards, by the button that was pressed."""
    shown, form = _draft(draft), WordingForm()
    try:
        return _done(shown, form, request.form.get("do", "save"))
    except (AudioRefused, AudioFailure) as error:
        return _page(shown, form, 422, refused=sound_refused(error))
    except PublishError:
        form.refuse("end", "end:past")
        return _page(shown, form, 422)
    except DraftChanged as error:
        form.revision.data = str(error.theirs.revision)
        return _page(error.theirs, form, 409, theirs=error.theirs)
    except Overtaken as error:
        form.seen.data = str(error.version.id)
        return _page(_draft(draft), form, 409, overtaken=error.version)
    except NoTelephone:
        return _page(shown, form, 409, notice="ring-no-telephone")
    except NotTheSecond:
        return _page(shown, form, 403, notice="draft-not-second")
    except NeedsSecond:
        return _page(shown, form, 409, notice="draft-needs-second")
    except DraftOver as error:
        flash(word(f"draft-over-{error.draft.state}", language()))
        return redirect(url_for("message.history", slot=shown.slot), 303)


@blueprint.get("/draft/<int:draft>/shape.json")
@needs(Right.PUBLISH_MESSAGES)
def shape(draft: int) -> AnyResponse:
    return Response(drafts.shape(desk().shelf, _draft(draft)), mimetype="application/json")


@blueprint.get("/draft/<int:draft>/preview.wav")
@needs(Right.PUBLISH_MESSAGES)
def preview(draft: int) -> AnyResponse | tuple[Response, int]:
    """What is left between two moments, as callers would hear it."""
    shown = _draft(draft)
    from_s = request.args.get("from", shown.wording.from_s, type=float)
    until_s = request.args.get("until", shown.wording.until_s, type=float)
    if not 0 <= from_s < until_s <= shown.sound.seconds + 1:  # nor is "nan"
        return jsonify(error=word("until_s:order", language())), 422
    try:
        return message.wav(drafts.preview(desk().shelf, shown, from_s, until_s))
    except (AudioRefused, AudioFailure) as error:
        return jsonify(error=sound_refused(error)), 422


def received(file: FileStorage | None, folder: Path) -> Path:
    """What was sent, under a name of our own. Raises AudioRefused where nothing was."""
    if not isinstance(file, FileStorage) or not file:
        raise AudioRefused("empty")
    place = folder / "sound"
    with closing(file):
        file.save(place)
    return place


def sound_refused(error: AudioRefused | AudioFailure) -> str:
    """The sentence for who handed a sound in."""
    if isinstance(error, AudioFailure):
        return word("sound-failure", language())
    told = error.told(language())
    return told[0].upper() + told[1:] + "."


def _done(shown: Draft, form: WordingForm, what: str) -> Page:
    """Raises what records.message_drafts and prompts.drafts raise."""
    base, at, revision = door().base, door().clock(), number(form.revision.data) or 0
    slot = slot_named(shown.slot)
    if what == "discard":
        message_drafts.discard(base, viewer(), shown.id, revision, at=at)
        return _to_home(shown, "draft-discarded")
    if what == "send_back":
        message_drafts.send_back(base, viewer(), shown.id, revision, at=at)
        return _to_home(shown, "draft-sent-back")
    if what == "approve":
        drafts.approve(base, desk().shelf, viewer(), shown, revision, slot, seen=form.seen_version, at=at)
        return _to_home(shown, "draft-approved")
    if not form.understood(shown, door().timezone()):
        return _page(shown, form, 422)
    if what == "ring":
        wording = form.wording
        part = Part(shown.id, wording.from_s, wording.until_s)
        desk_rings.ask(base, viewer(), shown.slot, part, at=at)
        return _page(shown, form, rings=True)
    if what == "publish":
        drafts.publish(
            base,
            desk().shelf,
            viewer(),
            shown,
            revision,
            form.wording,
            form.period,
            slot,
            seen=form.seen_version,
            at=at,
        )
        later = form.period.start and form.period.start > at
        return _to_home(shown, "draft-published-later" if later else "draft-published")
    if what == "hand_in":
        drafts.refuse_unusable(desk().shelf, shown, form.wording, form.period, slot, at=at)
        message_drafts.hand_in(base, viewer(), shown.id, revision, form.wording, form.period, at=at)
        return _to_home(shown, "draft-handed-in")
    message_drafts.save(base, viewer(), shown.id, revision, form.wording, at=at)
    flash(word("draft-saved", language()))
    return redirect(url_for("message_draft.edit", draft=shown.id), 303)


def _page(shown: Draft, form: WordingForm, status: int = 200, **said: Any) -> Page:
    slot = slot_named(shown.slot)
    account = viewer().account_id
    text = render_template(
        "message/draft.html",
        draft=shown,
        form=form,
        slot=slot,
        slots=desk().plan().slots,
        waiting=shown.state is DraftState.WAITING,
        second=slot.approval is Approval.SECOND,
        may_approve=viewer().may(Right.APPROVE_MESSAGES) and account is not None and may_agree(account, shown.authors),
        **said,
    )
    return (text, status) if status != 200 else text


def _draft(number: int) -> Draft:
    return message_drafts.show(door().base, viewer(), number)


def _to_home(shown: Draft, done: str) -> AnyResponse:
    flash(word(done, language()))
    return redirect(url_for("message.now", slot=shown.slot), 303)


def reads_json() -> bool:
    """Whether one of our scripts asks, which shows an error itself and goes on to the next page."""
    return request.accept_mimetypes.best == "application/json"
