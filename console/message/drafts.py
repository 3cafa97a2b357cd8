"""Drafts of messages: uploaded, trimmed, transcribed, previewed, submitted, approved, published."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from console.context import current_actor, get_audio_services, get_context
from console.forms import UploadForm, parse_number
from console.guard import needs
from console.language import translate
from console.message import pages
from console.message.announcements import get_announcement_or_404, requested_announcement
from console.message.forms import END_BEFORE_START, END_PASSED, DraftForm
from console.sounds import audio_error_text, save_upload, send_wav, wants_json
from prompts.audio.recording_level import Loudness
from prompts.audio.refusals import AudioRefused
from prompts.audio.rendering import AudioToolError
from prompts.messages import drafts
from prompts.messages.drafts import Upload
from prompts.messages.publishing import PublishError
from records.messages import message_drafts
from records.messages.draft_types import (
    ApprovalRequired,
    ApproverIsAuthor,
    Draft,
    DraftChanged,
    DraftClosed,
    DraftState,
    NewerVersionPublished,
    Publication,
)
from records.staff import click_to_call
from records.staff.click_to_call import AudioRange, NoSipAccount
from routing.access.permissions import Permission
from routing.approval import Approval, is_eligible_approver
from translations.message import Message, translatable
from translations.web import gettext

blueprint = Blueprint("message_draft", __name__, url_prefix="/message")
PageResponse = str | AnyResponse | tuple[str | Response, int]

_PUBLISHED = translatable("On air: the next caller hears this message.")
_PUBLISHED_LATER = translatable("This message goes on air at its time.")
_APPROVER_IS_AUTHOR = translatable("You have prepared or changed this message: somebody else must approve it.")
_APPROVAL_REQUIRED = translatable("Here a second person approves each message: choose “Submit for approval”.")
_CLOSED_NOTICES: Mapping[DraftState, Message] = {
    DraftState.PUBLISHED: translatable("This message has been published already."),
    DraftState.DISCARDED: translatable("This draft has been discarded already."),
}
_LOUDNESS_LABELS: Mapping[str, tuple[Message, Message]] = {
    Loudness.GOOD: (
        translatable("Level good"),
        translatable("The voice will be brought to the loudness of the other prompts."),
    ),
    Loudness.TOO_LOW: (
        translatable("Level too low"),
        translatable("The noise of the room will be heard. If you can, record again closer to the microphone."),
    ),
    Loudness.TOO_LOUD: (
        translatable("Level too loud"),
        translatable("The sound is distorted in places. If you can, record again more softly."),
    ),
}
"""The name of a level, and what to do about it."""


@blueprint.post("/upload")
@needs(Permission.PUBLISH_MESSAGES)
def upload() -> AnyResponse | tuple[Response | str, int]:
    """Makes a draft of a file or a recording. A script that accepts JSON gets the address to go to, or the error."""
    announcement, form = requested_announcement(), UploadForm()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            file = save_upload(form.file.data, Path(scratch))
            name = (form.file.data and form.file.data.filename) or ""
            text, at = form.text.data, get_context().clock()
            new = Upload(file, name, announcement.name, text)
            draft = drafts.create(get_context().database, get_audio_services().storage, current_actor(), new, at=at)
    except (AudioRefused, AudioToolError) as error:
        refused = audio_error_text(error)
        if wants_json():
            return jsonify(error=refused), 422
        return pages.render_home(announcement, refused=refused, text=form.text.data), 422
    place = url_for("message_draft.edit", draft_id=draft.id)
    return jsonify(goto=place) if wants_json() else redirect(place, 303)


@blueprint.get("/draft/<int:draft_id>")
@needs(Permission.PUBLISH_MESSAGES)
def edit(draft_id: int) -> PageResponse:
    draft = _get_draft(draft_id)
    if draft.state not in (DraftState.OPEN, DraftState.AWAITING_APPROVAL):
        return redirect(url_for("message.history", announcement=draft.announcement), 303)
    newest = pages.newest_version(get_announcement_or_404(draft.announcement))
    return _render(draft, DraftForm.from_draft(draft, newest.id if newest else None, get_context().timezone()))


@blueprint.post("/draft/<int:draft_id>")
@needs(Permission.PUBLISH_MESSAGES)
def update(draft_id: int) -> PageResponse:
    """Saves, publishes, submits, approves, sends back or discards, by the button that was pressed."""
    draft, form = _get_draft(draft_id), DraftForm()
    try:
        return _perform(draft, form, request.form.get("do", "save"))
    except (AudioRefused, AudioToolError) as error:
        return _render(draft, form, 422, refused=audio_error_text(error))
    except PublishError:
        form.add_error("end", END_PASSED)
        return _render(draft, form, 422)
    except DraftChanged as error:
        form.revision.data = str(error.theirs.revision)
        return _render(error.theirs, form, 409, theirs=error.theirs)
    except NewerVersionPublished as error:
        form.seen.data = str(error.version.id)
        return _render(_get_draft(draft_id), form, 409, overtaken=error.version)
    except NoSipAccount:
        return _render(draft, form, 409, notice=pages.NO_TELEPHONE)
    except ApproverIsAuthor:
        return _render(draft, form, 403, notice=_APPROVER_IS_AUTHOR)
    except ApprovalRequired:
        return _render(draft, form, 409, notice=_APPROVAL_REQUIRED)
    except DraftClosed as error:
        flash(translate(_CLOSED_NOTICES[error.draft.state]))
        return redirect(url_for("message.history", announcement=draft.announcement), 303)


@blueprint.get("/draft/<int:draft_id>/shape.json")
@needs(Permission.PUBLISH_MESSAGES)
def waveform(draft_id: int) -> AnyResponse:
    return Response(
        drafts.read_waveform(get_audio_services().storage, _get_draft(draft_id)), mimetype="application/json"
    )


@blueprint.get("/draft/<int:draft_id>/preview.wav")
@needs(Permission.PUBLISH_MESSAGES)
def preview(draft_id: int) -> AnyResponse | tuple[Response, int]:
    """The part between two times, as callers would hear it."""
    draft = _get_draft(draft_id)
    from_s = request.args.get("from", draft.content.from_s, type=float)
    until_s = request.args.get("until", draft.content.until_s, type=float)
    if not 0 <= from_s < until_s <= draft.audio.seconds + 1:  # nor is "nan"
        return jsonify(error=translate(END_BEFORE_START)), 422
    try:
        return send_wav(drafts.render_preview(get_audio_services().storage, draft, from_s, until_s))
    except (AudioRefused, AudioToolError) as error:
        return jsonify(error=audio_error_text(error)), 422


def _perform(draft: Draft, form: DraftForm, action: str) -> PageResponse:
    """Raises what records.messages.message_drafts and prompts.messages.drafts raise."""
    database, at, revision = get_context().database, get_context().clock(), parse_number(form.revision.data) or 0
    announcement = get_announcement_or_404(draft.announcement)
    if action == "discard":
        message_drafts.discard_draft(database, current_actor(), draft.id, revision, at=at)
        return _redirect_home(draft, translatable("This draft is discarded."))
    if action == "send_back":
        message_drafts.return_for_changes(database, current_actor(), draft.id, revision, at=at)
        return _redirect_home(draft, translatable("This message is a draft again."))
    if action == "approve":
        approval = Publication.approval(draft, revision, form.seen_version)
        drafts.publish(database, get_audio_services().storage, current_actor(), approval, announcement, at=at)
        return _redirect_home(draft, translatable("Approved: this message is published."))
    if not form.validate_draft(draft, get_context().timezone()):
        return _render(draft, form, 422)
    if action == "ring":
        content = form.content
        part = AudioRange(draft.id, content.from_s, content.until_s)
        click_to_call.request_click_to_call(database, current_actor(), draft.announcement, part, at=at)
        return _render(draft, form, rings=True)
    publication = Publication(draft, revision, form.content, form.period, form.seen_version)
    if action == "publish":
        drafts.publish(database, get_audio_services().storage, current_actor(), publication, announcement, at=at)
        later = form.period.start and form.period.start > at
        return _redirect_home(draft, _PUBLISHED_LATER if later else _PUBLISHED)
    if action == "hand_in":
        drafts.reject_unusable(get_audio_services().storage, publication, announcement, at=at)
        message_drafts.submit_for_approval(database, current_actor(), publication, at=at)
        return _redirect_home(draft, translatable("Somebody else can approve it now."))
    saved = message_drafts.save_draft(database, current_actor(), publication, at=at)
    if wants_json():
        return jsonify(revision=saved.revision)
    flash(gettext("It is kept."))
    return redirect(url_for("message_draft.edit", draft_id=draft.id), 303)


def _render(draft: Draft, form: DraftForm, status: int = 200, **extra_context: Any) -> PageResponse:
    """The page; for the script that saves what is typed, the reason why it was not saved."""
    if wants_json():
        return jsonify(error=gettext("Not saved yet: correct what is wrong, or look at what others did.")), status
    announcement = get_announcement_or_404(draft.announcement)
    user_id = current_actor().user_id
    text = render_template(
        "message/draft.html",
        draft=draft,
        form=form,
        announcement=announcement,
        announcements=get_audio_services().plan().announcements,
        loudness=_LOUDNESS_LABELS[draft.audio.loudness],
        waiting=draft.state is DraftState.AWAITING_APPROVAL,
        second=announcement.approval is Approval.SECOND,
        may_approve=current_actor().may(Permission.APPROVE_MESSAGES)
        and user_id is not None
        and is_eligible_approver(user_id, draft.authors),
        **extra_context,
    )
    return (text, status) if status != 200 else text


def _get_draft(number: int) -> Draft:
    return message_drafts.get_draft(get_context().database, current_actor(), number)


def _redirect_home(draft: Draft, notice: Message) -> AnyResponse:
    flash(translate(notice))
    return redirect(url_for("message.show", announcement=draft.announcement), 303)
