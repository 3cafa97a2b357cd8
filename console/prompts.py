"""Every sentence of the house: read, heard, replaced by a recording or other words, and put back."""

import tempfile
from pathlib import Path

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.door import door, viewer
from console.guard import needs
from console.language import language
from console.message import wav
from console.message_draft import reads_json, received, sound_refused
from console.message_forms import UploadForm
from console.slots import desk
from console.words import word
from prompts import library, survey
from prompts.audio import AudioFailure
from prompts.catalogue import LANGUAGES, Prompt, all_prompts
from prompts.refusals import AudioRefused
from prompts.survey import PromptState
from prompts.voice import VoiceError
from records import prompt_changes
from routing.permissions import Right
from routing.sentences import sentences

LONGEST_WORDS = 500
blueprint = Blueprint("prompts", __name__, url_prefix="/prompts")


@blueprint.get("")
@needs(Right.HEAR_MESSAGES)
def listing() -> str:
    asked = request.args.get("in", "")
    spoken = asked if asked in LANGUAGES else LANGUAGES[0]
    rows = survey.list_prompts(desk().sounds, _all().values(), languages=[spoken])
    return render_template(
        "prompts/list.html",
        rows=rows,
        spoken=spoken,
        languages=LANGUAGES,
        good=PromptState.GOOD,
        may_replace=viewer().may(Right.REPLACE_PROMPTS),
    )


@blueprint.get("/<spoken>/<path:key>.wav")
@needs(Right.HEAR_MESSAGES)
def sound(spoken: str, key: str) -> Response:
    prompt = _known(spoken, key)
    return wav(library.sound_file(desk().sounds, spoken, prompt.key))


@blueprint.get("/<spoken>/<path:key>")
@needs(Right.REPLACE_PROMPTS)
def edit(spoken: str, key: str) -> str:
    return _page(spoken, _known(spoken, key))


@blueprint.post("/<spoken>/<path:key>")
@needs(Right.REPLACE_PROMPTS)
def replace(spoken: str, key: str) -> Response | tuple[Response | str, int]:
    """By the button that was pressed: a file or a recording, other words for the voice, or the original."""
    prompt, form, do = _known(spoken, key), UploadForm(), request.form.get("do", "file")
    if do == "words" and not 0 < len(form.text.data) <= LONGEST_WORDS:
        form.refuse("text", "prompt-text:missing")
        return _page(spoken, prompt, form), 422
    try:
        _replace(spoken, prompt, form, do)
    except (AudioRefused, AudioFailure) as error:
        return _refused(spoken, prompt, form, sound_refused(error))
    except VoiceError:
        return _refused(spoken, prompt, form, word("voice-failure", language()))
    done = word("prompt-original" if do == "original" else "prompt-replaced", language())
    flash(done)
    place = url_for("prompts.edit", spoken=spoken, key=prompt.key)
    return jsonify(goto=place) if reads_json() else redirect(place, 303)  # type: ignore[return-value]


def _replace(spoken: str, prompt: Prompt, form: UploadForm, do: str) -> None:
    """Changes the sound, then writes down who did: a sound that could not be made is no change."""
    sounds, voice = desk().sounds, desk().voice
    viewer().demand(Right.REPLACE_PROMPTS)
    if do == "original":
        library.restore(sounds, prompt, spoken, voice)
        after = "original"
    elif do == "words":
        library.reword(sounds, prompt, spoken, voice, form.text.data)
        after = form.text.data
    else:
        with tempfile.TemporaryDirectory() as scratch:
            library.import_recording(sounds, prompt, spoken, received(form.file.data, Path(scratch)))
        after = "recording"
    prompt_changes.write_down(door().base, viewer(), f"{spoken}/{prompt.key}", after, at=door().clock())


def _refused(spoken: str, prompt: Prompt, form: UploadForm, sentence: str) -> tuple[Response | str, int]:
    if reads_json():
        return jsonify(error=sentence), 422
    return _page(spoken, prompt, form, refused=sentence), 422


def _page(spoken: str, prompt: Prompt, form: UploadForm | None = None, **said: object) -> str:
    (row,) = survey.list_prompts(desk().sounds, [prompt], languages=[spoken])
    form = form or UploadForm(formdata=None, text=row.said or row.text)
    return render_template("prompts/edit.html", row=row, form=form, spoken=spoken, **said)


def _all() -> dict[str, Prompt]:
    return {prompt.key: prompt for prompt in all_prompts(sentences(desk().plan()))}


def _known(spoken: str, key: str) -> Prompt:
    prompt = _all().get(key)
    if prompt is None or spoken not in prompt.texts:
        abort(404)
    return prompt
