"""Every prompt: read, played, replaced by a draft (console/drafts/), and restored."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.context import current_actor, get_audio_services, get_context
from console.drafts.forms import NewDraftForm
from console.drafts.targets import Target, prompt_target, prompts_by_key
from console.guard import needs
from console.sounds import audio_error_text, send_wav
from prompts import inventory, library
from prompts.audio.rendering import AudioToolError
from prompts.inventory import PromptState
from prompts.voices.voice import VoiceError
from records import prompt_changes
from records.messages import message_drafts
from routing.access.permissions import Permission
from translations.message import Message, translatable
from translations.web import gettext

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

blueprint = Blueprint("prompts", __name__, template_folder="templates", url_prefix="/prompts")


@blueprint.get("")
@needs(Permission.HEAR_MESSAGES)
def list_prompts() -> str:
    languages = get_audio_services().plan().languages
    requested = request.args.get("in", "")
    spoken = requested if requested in languages else languages[0]
    rows = inventory.list_prompts(get_audio_services().sounds, prompts_by_key().values(), languages=[spoken])
    drafts = message_drafts.list_open_prompt_drafts(get_context().database, current_actor())
    return render_template(
        "prompts/list.html",
        rows=rows,
        spoken=spoken,
        languages=languages,
        good=PromptState.GOOD,
        language_labels=LANGUAGE_LABELS,
        source_labels=SOURCE_LABELS,
        state_labels=STATE_LABELS,
        drafts={draft.prompt: draft for draft in drafts},
        may_replace=current_actor().may(Permission.REPLACE_PROMPTS),
    )


@blueprint.get("/<spoken>/<path:key>.wav")
@needs(Permission.HEAR_MESSAGES)
def sound(spoken: str, key: str) -> Response:
    prompt_target(spoken, key)
    return send_wav(library.sound_file(get_audio_services().sounds, spoken, key))


@blueprint.get("/<spoken>/<path:key>")
@needs(Permission.REPLACE_PROMPTS)
def edit(spoken: str, key: str) -> str:
    return render_prompt(prompt_target(spoken, key))


@blueprint.post("/<spoken>/<path:key>")
@needs(Permission.REPLACE_PROMPTS)
def restore(spoken: str, key: str) -> Response | tuple[Response | str, int]:
    """Restores the original prompt."""
    target, services, actor = prompt_target(spoken, key), get_audio_services(), current_actor()
    actor.require(Permission.REPLACE_PROMPTS)
    assert target.prompt
    try:
        library.restore(services.sounds, target.prompt, spoken, services.voice)
    except AudioToolError as error:
        return render_prompt(target, refused=audio_error_text(error)), 422
    except VoiceError:
        return render_prompt(
            target, refused=gettext("The synthetic voice could not speak, and nothing is changed.")
        ), 422
    prompt_changes.record_prompt_replacement(
        get_context().database, actor, target.prompt_name, "original", at=get_context().clock()
    )
    flash(gettext("The original is back, from the next call on."))
    return redirect(url_for("prompts.edit", spoken=spoken, key=key), 303)


def render_prompt(target: Target, new_form: NewDraftForm | None = None, refused: str = "") -> str:
    """The page of one prompt; `new_form` and `refused` tell what was wrong with a new draft."""
    assert target.prompt
    database, actor, at = get_context().database, current_actor(), get_context().clock()
    (row,) = inventory.list_prompts(get_audio_services().sounds, [target.prompt], languages=[target.language])
    return render_template(
        "prompts/edit.html",
        row=row,
        target=target,
        spoken=target.language,
        source_labels=SOURCE_LABELS,
        drafts=message_drafts.list_open_prompt_drafts(database, actor, target.prompt_name),
        discarded=message_drafts.list_discarded_drafts(database, actor, prompt=target.prompt_name, at=at),
        just_discarded=request.args.get("discarded", type=int),
        new_form=new_form if new_form and new_form.first_errors else None,
        refused=refused,
    )
