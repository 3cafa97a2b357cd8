"""Every prompt: read, played, replaced by a recording or by other words, and restored."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.context import current_actor, get_audio_services, get_context
from console.forms import UploadForm
from console.guard import needs
from console.language import translate
from console.sounds import audio_error_text, save_upload, send_wav, wants_json
from prompts import candidates, inventory, library
from prompts.audio.refusals import AudioRefused
from prompts.audio.rendering import AudioToolError
from prompts.candidates import CandidateChanged
from prompts.catalogue import LANGUAGES, Prompt, all_prompts
from prompts.inventory import PromptState
from prompts.manifest import RECORDING
from prompts.voices.voice import VoiceError
from records import prompt_changes
from routing.access.permissions import Permission
from routing.sentences import list_sentences
from translations.message import Message, translatable
from translations.web import gettext

MAX_TEXT_LENGTH = 500
LANGUAGE_LABELS: Mapping[str, Message] = {"fr": translatable("French"), "en": translatable("English")}
SOURCE_LABELS: Mapping[str | None, Message] = {
    "voice": translatable("Synthetic"),
    "recording": translatable("Recording"),
    "reworded": translatable("Synthetic, other words"),
    None: translatable("Unknown"),
}
STATE_LABELS: Mapping[PromptState, Message] = {
    PromptState.MISSING: translatable("Missing"),
    PromptState.DAMAGED: translatable("Damaged"),
    PromptState.TOO_LOUD: translatable("Too loud"),
    PromptState.TOO_QUIET: translatable("Too quiet"),
    PromptState.TEXT_CHANGED: translatable("The text has changed since"),
}
_DONE: Mapping[str, Message] = {
    "original": translatable("The original is back, from the next call on."),
    "publish": translatable("Replaced, from the next call on."),
    "discard": translatable("The replacement is discarded. Callers go on hearing what they heard before."),
}

blueprint = Blueprint("prompts", __name__, template_folder="templates", url_prefix="/prompts")


@blueprint.get("")
@needs(Permission.HEAR_MESSAGES)
def list_prompts() -> str:
    requested = request.args.get("in", "")
    spoken = requested if requested in LANGUAGES else LANGUAGES[0]
    rows = inventory.list_prompts(get_audio_services().sounds, _prompts_by_key().values(), languages=[spoken])
    return render_template(
        "prompts/list.html",
        rows=rows,
        spoken=spoken,
        languages=LANGUAGES,
        good=PromptState.GOOD,
        language_labels=LANGUAGE_LABELS,
        source_labels=SOURCE_LABELS,
        state_labels=STATE_LABELS,
        may_replace=current_actor().may(Permission.REPLACE_PROMPTS),
    )


@blueprint.get("/<spoken>/<path:key>.wav")
@needs(Permission.HEAR_MESSAGES)
def sound(spoken: str, key: str) -> Response:
    prompt = _prompt_or_404(spoken, key)
    return send_wav(library.sound_file(get_audio_services().sounds, spoken, prompt.key))


@blueprint.get("/<spoken>/<path:key>")
@needs(Permission.REPLACE_PROMPTS)
def edit(spoken: str, key: str) -> str:
    return _render(spoken, _prompt_or_404(spoken, key))


@blueprint.get("/candidate/<spoken>/<path:key>.wav")
@needs(Permission.REPLACE_PROMPTS)
def candidate_sound(spoken: str, key: str) -> Response:
    candidate = candidates.find(_candidates_folder(), _prompt_or_404(spoken, key), spoken)
    return send_wav(candidate.sound) if candidate else abort(404)


@blueprint.post("/<spoken>/<path:key>")
@needs(Permission.REPLACE_PROMPTS)
def replace(spoken: str, key: str) -> Response | tuple[Response | str, int]:
    """Prepares, publishes or discards a replacement, or restores the original, as the pressed button says."""
    prompt, form, do = _prompt_or_404(spoken, key), UploadForm(), request.form.get("do", "file")
    if do == "words" and not 0 < len(form.text.data) <= MAX_TEXT_LENGTH:
        form.add_error("text", translatable("Write what the voice says, in 500 characters at most."))
        return _render(spoken, prompt, form), 422
    try:
        _perform(spoken, prompt, form, do)
    except (AudioRefused, AudioToolError) as error:
        return _render_error(spoken, prompt, form, audio_error_text(error))
    except VoiceError:
        return _render_error(
            spoken, prompt, form, gettext("The synthetic voice could not say this text. Try another one.")
        )
    except CandidateChanged:
        changed = gettext("Somebody else has prepared or published another replacement. Listen to it first.")
        return _render(spoken, prompt, refused=changed), 409
    if do in _DONE:
        flash(translate(_DONE[do]))
    place = url_for("prompts.edit", spoken=spoken, key=prompt.key)
    return jsonify(goto=place) if wants_json() else redirect(place, 303)


def _perform(spoken: str, prompt: Prompt, form: UploadForm, do: str) -> None:
    """Changes the sound, then writes the change log; a sound that could not be made is no change."""
    services, folder, actor = get_audio_services(), _candidates_folder(), current_actor()
    actor.require(Permission.REPLACE_PROMPTS)
    seen = request.form.get("candidate", "")
    if do == "original":
        library.restore(services.sounds, prompt, spoken, services.voice)
        _record_change(spoken, prompt, "original")
    elif do == "publish":
        published = candidates.publish(folder, services.sounds, prompt, spoken, seen)
        _record_change(spoken, prompt, published.entry.said or RECORDING)
    elif do == "discard":
        candidates.discard(folder, prompt, spoken, seen)
    else:
        candidates.prepare(folder, prompt, spoken, _replacement(spoken, prompt, form, do), by=actor.name)


def _replacement(spoken: str, prompt: Prompt, form: UploadForm, do: str) -> library.Replacement:
    if do == "words":
        return library.reword(prompt, spoken, get_audio_services().voice, form.text.data)
    with tempfile.TemporaryDirectory() as scratch:
        return library.record(prompt, spoken, save_upload(form.file.data, Path(scratch)))


def _record_change(spoken: str, prompt: Prompt, after: str) -> None:
    prompt_changes.record_prompt_replacement(
        get_context().database, current_actor(), f"{spoken}/{prompt.key}", after, at=get_context().clock()
    )


def _candidates_folder() -> Path:
    return get_audio_services().storage.drafts / "prompts"


def _render_error(spoken: str, prompt: Prompt, form: UploadForm, sentence: str) -> tuple[Response | str, int]:
    if wants_json():
        return jsonify(error=sentence), 422
    return _render(spoken, prompt, form, refused=sentence), 422


def _render(spoken: str, prompt: Prompt, form: UploadForm | None = None, **extra_context: object) -> str:
    (row,) = inventory.list_prompts(get_audio_services().sounds, [prompt], languages=[spoken])
    form = form or UploadForm(formdata=None, text=row.said or row.text)
    return render_template(
        "prompts/edit.html",
        row=row,
        form=form,
        spoken=spoken,
        source_labels=SOURCE_LABELS,
        candidate=candidates.find(_candidates_folder(), prompt, spoken),
        **extra_context,
    )


def _prompts_by_key() -> dict[str, Prompt]:
    return {prompt.key: prompt for prompt in all_prompts(list_sentences(get_audio_services().plan()))}


def _prompt_or_404(spoken: str, key: str) -> Prompt:
    prompt = _prompts_by_key().get(key)
    if prompt is None or spoken not in prompt.texts:
        abort(404)
    return prompt
