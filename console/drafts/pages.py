"""Drafts: uploaded, recorded or spoken, trimmed, previewed, submitted, approved, put on air, discarded."""

import tempfile
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from console.context import current_actor, get_audio_services, get_context
from console.drafts import actions
from console.drafts.forms import (
    END_BEFORE_START,
    MAX_SPOKEN_LENGTH,
    MAX_TITLE_LENGTH,
    TEXT_TO_SPEAK,
    TITLE_TOO_LONG,
    DraftForm,
    NewDraftForm,
)
from console.drafts.labels import (
    APPROVAL_REQUIRED,
    APPROVER_IS_AUTHOR,
    CLOSED_NOTICES,
    LOUDNESS_LABELS,
    PROMPT_REPLACED,
    REASON_MISSING,
    VERSION_STARTED,
    VOICE_FAILED,
)
from console.drafts.targets import Target, announcement_target, draft_target, requested_target
from console.guard import needs
from console.message import pages as message_pages
from console.message.announcements import requested_announcement
from console.message.forms import END_PASSED
from console.prompts import pages as prompt_pages
from console.returning import after_saving
from console.sounds import audio_error_text, save_upload, send_wav, wants_json
from prompts.audio.refusals import AudioRefused
from prompts.audio.rendering import AudioToolError
from prompts.messages import draft_previews, drafts, prompt_drafts
from prompts.messages.drafts import TextToSpeak, Upload
from prompts.messages.prompt_drafts import PromptReplaced
from prompts.messages.publishing import PublishError
from prompts.voices.voice import VoiceError
from records.messages import message_drafts, scheduled_messages
from records.messages.draft_types import (
    ApprovalRequired,
    ApproverIsAuthor,
    Draft,
    DraftChanged,
    DraftClosed,
    DraftState,
    NewerVersionPublished,
    RefusalWithoutReason,
    VersionStarted,
)
from records.staff.click_to_call import NoSipAccount
from routing.access.permissions import Permission
from translations.web import gettext
from web.language import translate

blueprint = Blueprint("message_draft", __name__, template_folder="templates", url_prefix="/draft")
PageResponse = str | AnyResponse | tuple[str | Response, int]


@blueprint.post("/new")
@needs(Permission.PUBLISH_MESSAGES)
def create() -> PageResponse:
    """Makes a draft of a file, a recording or a text. A script gets the address to go to, or the error, as JSON."""
    prompt = request.form.get("prompt", "")
    target = requested_target("", prompt) if prompt else announcement_target(requested_announcement())
    form = NewDraftForm()
    try:
        draft = _create(target, form)
    except (AudioRefused, AudioToolError) as error:
        return _refuse(target, form, audio_error_text(error))
    except VoiceError:
        return _refuse(target, form, translate(VOICE_FAILED))
    if draft is None:
        return _refuse(target, form)
    place = url_for("message_draft.edit", draft_id=draft.id)
    return jsonify(goto=place) if wants_json() else redirect(place, 303)


@blueprint.get("/<int:draft_id>")
@needs(Permission.PUBLISH_MESSAGES)
def edit(draft_id: int) -> PageResponse:
    draft = _get_draft(draft_id)
    target = draft_target(draft)
    if draft.state not in (DraftState.OPEN, DraftState.AWAITING_APPROVAL):
        return redirect(target.closed, 303)
    edits = _scheduled_version(draft)
    return _render(draft, DraftForm.from_draft(draft, _seen(target), edits, get_context().timezone()))


@blueprint.post("/<int:draft_id>")
@needs(Permission.PUBLISH_MESSAGES)
def update(draft_id: int) -> PageResponse:
    """Saves, speaks, publishes, submits, approves, sends back or discards, by the button that was pressed."""
    draft, form = _get_draft(draft_id), DraftForm()
    try:
        done = actions.perform(draft, draft_target(draft), form, request.form.get("do", "save"))
    except (AudioRefused, AudioToolError) as error:
        return _render(draft, form, 422, refused=audio_error_text(error))
    except VoiceError:
        return _render(draft, form, 422, refused=translate(VOICE_FAILED))
    except PublishError:
        form.add_error("end", END_PASSED)
        return _render(draft, form, 422)
    except RefusalWithoutReason:
        form.add_error("reason", REASON_MISSING)
        return _render(draft, form, 422)
    except DraftClosed as error:
        flash(translate(CLOSED_NOTICES[error.draft.state]))
        return redirect(draft_target(draft).closed, 303)
    except (
        DraftChanged,
        NewerVersionPublished,
        PromptReplaced,
        VersionStarted,
        NoSipAccount,
        ApproverIsAuthor,
        ApprovalRequired,
    ) as error:
        return _render_conflict(draft, form, error)
    if done.notice:
        flash(translate(done.notice))
    return _show_result(draft, form, done)


@blueprint.post("/<int:draft_id>/restore")
@needs(Permission.PUBLISH_MESSAGES)
def restore(draft_id: int) -> AnyResponse:
    """Brings a discarded draft back."""
    message_drafts.restore_draft(get_context().database, current_actor(), draft_id, at=get_context().clock())
    flash(gettext("The draft is back."))
    return redirect(url_for("message_draft.edit", draft_id=draft_id), 303)


@blueprint.get("/<int:draft_id>/shape.json")
@needs(Permission.PUBLISH_MESSAGES)
def waveform(draft_id: int) -> AnyResponse:
    return Response(
        draft_previews.read_waveform(get_audio_services().storage, _get_draft(draft_id)), mimetype="application/json"
    )


@blueprint.get("/<int:draft_id>/preview.wav")
@needs(Permission.PUBLISH_MESSAGES)
def preview(draft_id: int) -> AnyResponse | tuple[Response, int]:
    """The part between two times, as callers would hear it."""
    draft = _get_draft(draft_id)
    from_s = request.args.get("from", draft.content.from_s, type=float)
    until_s = request.args.get("until", draft.content.until_s, type=float)
    if not 0 <= from_s < until_s <= draft.audio.seconds + 1:  # nor is "nan"
        return jsonify(error=translate(END_BEFORE_START)), 422
    try:
        return send_wav(draft_previews.render_preview(get_audio_services().storage, draft, from_s, until_s))
    except (AudioRefused, AudioToolError) as error:
        return jsonify(error=audio_error_text(error)), 422


def _create(target: Target, form: NewDraftForm) -> Draft | None:
    """None when the form has errors. Raises AudioRefused, AudioToolError, VoiceError."""
    services, actor, at = get_audio_services(), current_actor(), get_context().clock()
    database, text, title = get_context().database, form.text.data, form.title.data
    if len(title) > MAX_TITLE_LENGTH:
        form.add_error("title", TITLE_TOO_LONG)
    speaks = request.form.get("do") == "speak"
    if speaks and not 0 < len(text) <= MAX_SPOKEN_LENGTH:
        form.add_error("text", TEXT_TO_SPEAK)
    if form.first_errors:
        return None
    if speaks:
        new = TextToSpeak(text, target.language, target.announcement_name, title, target.prompt_name)
        return drafts.create_spoken(database, services.storage, actor, new, services.voice, at=at)
    with tempfile.TemporaryDirectory() as scratch:
        file = save_upload(form.file.data, Path(scratch))
        name = (form.file.data and form.file.data.filename) or ""
        upload = Upload(file, name, target.announcement_name, text, title, target.prompt_name)
        return drafts.create(database, services.storage, actor, upload, at=at)


def _refuse(target: Target, form: NewDraftForm, refused: str = "") -> tuple[Response | str, int]:
    """The page of the announcement or the prompt with what was wrong."""
    if wants_json():
        return jsonify(error=refused or translate(next(iter(form.first_errors.values())))), 422
    if target.prompt:
        return prompt_pages.render_prompt(target, form, refused=refused), 422
    assert target.announcement
    return message_pages.render_home(target.announcement, new_form=form, refused=refused), 422


def _show_result(draft: Draft, form: DraftForm, done: actions.Done) -> PageResponse:
    match done.then:
        case actions.Then.FIX:
            return _render(draft, form, 422)
        case actions.Then.STAY:
            return redirect(url_for("message_draft.edit", draft_id=draft.id), 303)
        case actions.Then.SHOW:
            return _render(draft, form, rings=True)
        case actions.Then.SAVED:
            return jsonify(revision=done.revision)
    target = draft_target(draft)
    if done.discarded:
        return redirect(f"{target.home}{'&' if '?' in target.home else '?'}discarded={draft.id}", 303)
    return redirect(after_saving(target.home), 303)


def _render_conflict(draft: Draft, form: DraftForm, error: Exception) -> PageResponse:
    """The page with what somebody else did meanwhile, or with what is missing; everything typed is kept."""
    match error:
        case DraftChanged(theirs=theirs):
            form.revision.data = str(theirs.revision)
            return _render(theirs, form, 409, theirs=theirs)
        case NewerVersionPublished(version=version):
            form.seen.data = str(version.id)
            return _render(_get_draft(draft.id), form, 409, overtaken=version)
        case PromptReplaced():
            form.seen.data = str(_seen(draft_target(draft)) or "")
            return _render(draft, form, 409, notice=PROMPT_REPLACED, replaced=True)
        case VersionStarted():
            form.edits.data = ""
            return _render(draft, form, 409, notice=VERSION_STARTED)
        case NoSipAccount():
            return _render(draft, form, 409, notice=message_pages.NO_TELEPHONE)
        case ApproverIsAuthor():
            return _render(draft, form, 403, notice=APPROVER_IS_AUTHOR)
    return _render(draft, form, 409, notice=APPROVAL_REQUIRED)


def _render(draft: Draft, form: DraftForm, status: int = 200, **extra_context: Any) -> PageResponse:
    """The page; for the script that saves what is typed, the reason why it was not saved."""
    if wants_json():
        return jsonify(error=gettext("Not saved yet: correct what is wrong, or look at what others did.")), status
    text = render_template(
        "drafts/edit.html",
        draft=draft,
        form=form,
        target=draft_target(draft),
        shown_blueprint="prompts" if draft.prompt else "message",
        loudness=LOUDNESS_LABELS[draft.audio.loudness],
        waiting=draft.state is DraftState.AWAITING_APPROVAL,
        may_approve=message_drafts.may_approve(current_actor(), draft),
        is_author=current_actor().user_id in draft.authors,
        **extra_context,
    )
    return (text, status) if status != 200 else text


def _get_draft(number: int) -> Draft:
    return message_drafts.get_draft(get_context().database, current_actor(), number)


def _seen(target: Target) -> int | None:
    """What an editor who looks at the page now knows to be on air."""
    if target.prompt:
        return prompt_drafts.sound_mark(get_audio_services().sounds, target.prompt, target.language)
    assert target.announcement
    newest = message_pages.newest_version(target.announcement)
    return newest.id if newest else None


def _scheduled_version(draft: Draft) -> int | None:
    """The version that the draft replaces, while it is still scheduled."""
    if draft.edited_version_id is None:
        return None
    return scheduled_messages.find_scheduled(get_context().database, draft.edited_version_id, at=get_context().clock())
