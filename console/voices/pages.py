"""The same sentence spoken by each engine, the choice of one for each language, and its preparation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from console.context import get_plan_services
from console.drafts.targets import prompts_by_key
from console.forms import clean_text
from console.guard import needs
from console.plan import review
from console.plan.current_plan import get_current_version, get_plan_in_force, normalize_newlines
from console.prompts.pages import LANGUAGE_LABELS
from console.voices.labels import ENGINE_LABELS, ENGINE_NOTES, SAMPLES
from prompts import plan_preview
from prompts.audio.refusals import AudioRefused
from prompts.audio.rendering import AudioToolError
from prompts.voices.preparation import list_unspoken
from prompts.voices.registry import ChosenVoices, VoiceSettings, get_voice
from prompts.voices.voice import VoiceError
from routing.access.permissions import Permission
from routing.plan.editing import plain_value, replace_value
from routing.plan.parsing import parse_tree
from routing.voice_engines import VoiceEngine
from translations.message import Message, translatable
from translations.web import gettext
from web.language import translate

blueprint = Blueprint("voices", __name__, template_folder="templates", url_prefix="/plan/voices")
PageResponse = AnyResponse | str | tuple[str, int]

MAX_SAMPLE_LENGTH = 300
FEW_SENTENCES = 5
"""So many are spoken while the plan is saved; more are spoken in advance, with a progress bar."""
_SAMPLE_WRONG = translatable("Write what is to be heard, in 300 characters at most.")
Chosen = Mapping[str, VoiceEngine]


@dataclass(frozen=True, slots=True)
class EngineRow:
    """An engine for a language: what it speaks with, or why it cannot."""

    engine: VoiceEngine
    label: Message
    note: Message
    model: str = ""
    sha256: str = ""
    sample_rate: int = 0
    problem: str = ""


@blueprint.get("")
@needs(Permission.CHANGE_PLAN)
def show() -> str:
    return _render(_requested_choice(request.args), _requested_samples(request.args))


@blueprint.post("")
@needs(Permission.CHANGE_PLAN)
def change() -> PageResponse:
    """Plays an engine, prepares the chosen voices, or shows the change for review, as the pressed button says."""
    do = request.form.get("do", "")
    fields: Mapping[str, str] = review.typed_fields() if do == review.GO_BACK else request.form
    chosen, samples = _requested_choice(fields), _requested_samples(fields)
    if do.startswith("hear:"):
        return _hear(do, chosen, samples)
    if do == "choose":
        return _choose(chosen, samples)
    return _render(chosen, samples)


@blueprint.get("/progress.json")
@needs(Permission.CHANGE_PLAN)
def progress() -> Response:
    now = get_plan_services().preparation.progress
    return jsonify(done=now.done, total=now.total, running=now.running, error=now.error)


def _hear(do: str, chosen: Chosen, samples: Mapping[str, str]) -> PageResponse:
    language, _, name = do.removeprefix("hear:").partition(":")
    if language not in samples or name not in [*VoiceEngine]:
        return _render(chosen, samples)
    if not 0 < len(samples[language]) <= MAX_SAMPLE_LENGTH:
        return _render(chosen, samples, errors={language: _SAMPLE_WRONG}), 422
    services = get_plan_services()
    voice = get_voice(name, _settings())
    settings = plan_preview.PreviewSettings(services.sounds, services.previews, voice)
    try:
        texts = {"voice-sample": {language: samples[language]}}
        heard = plan_preview.build_preview(settings, ["voice-sample"], texts, language)
    except (VoiceError, AudioToolError, AudioRefused) as error:
        refused = gettext("This voice could not speak: %(reason)s", reason=error)
        return _render(chosen, samples, refused={(language, name): refused}), 422
    return _render(chosen, samples, heard={(language, name): heard})


def _choose(chosen: Chosen, samples: Mapping[str, str]) -> PageResponse:
    """Sentences that take long are spoken first; nothing changes for callers until the review is saved."""
    services, plan = get_plan_services(), get_plan_in_force().plan
    voice = ChosenVoices(_settings(), lambda: chosen)
    try:
        due = list_unspoken(services.sounds, prompts_by_key().values(), voice, plan.languages)
        waiting = [(text, language) for text, language in due if not _is_spoken(chosen, text, language)]
    except VoiceError as error:
        return _render(chosen, samples, problem=str(error)), 422
    if len(waiting) > FEW_SENTENCES:
        if not services.preparation.start(voice, waiting):
            flash(gettext("Another voice is being prepared; wait until it is done."))
        asked: dict[str, Any] = {f"voice-{code}": str(engine) for code, engine in chosen.items()}
        return redirect(url_for("voices.show", **asked), 303)
    version = get_current_version()
    text = normalize_newlines(version.text)
    old = plain_value(parse_tree(text))
    assert isinstance(old, Mapping)
    changed = replace_value(text, (), {**old, "voices": {code: str(engine) for code, engine in chosen.items()}})
    return review.review_change(changed, version, review.form_origin(request.form))


def _is_spoken(chosen: Chosen, text: str, language: str) -> bool:
    """Whether the sentence costs no time: it is kept from before, or the engine is quick."""
    if chosen[language] is VoiceEngine.PIPER:
        return _settings().piper.cached_file(text, language).is_file()
    return chosen[language] is VoiceEngine.ESPEAK


def _render(
    chosen: Chosen,
    samples: Mapping[str, str],
    heard: Mapping[tuple[str, str], str] | None = None,
    refused: Mapping[tuple[str, str], str] | None = None,
    errors: Mapping[str, Message] | None = None,
    problem: str = "",
) -> str:
    plan = get_plan_in_force().plan
    now = {language: _settings().engine(language, plan.voices) for language in plan.languages}
    return render_template(
        "voices/show.html",
        languages=plan.languages,
        language_labels=LANGUAGE_LABELS,
        rows={language: [_row(engine, language) for engine in VoiceEngine] for language in plan.languages},
        labels=ENGINE_LABELS,
        now=now,
        chosen=chosen,
        differs=chosen != now,
        samples=samples,
        heard=heard or {},
        refused=refused or {},
        errors=errors or {},
        problem=problem,
        progress=get_plan_services().preparation.progress,
    )


def _row(engine: VoiceEngine, language: str) -> EngineRow:
    row = EngineRow(engine, ENGINE_LABELS[engine], ENGINE_NOTES[engine])
    if engine is not VoiceEngine.PIPER:
        return row
    try:
        model = _settings().piper.model(language)
    except VoiceError:
        language_name = translate(LANGUAGE_LABELS[language])
        missing = gettext(
            "There is no model for %(language)s on this machine yet. Your administrator finds how to get one in the"
            " operating guide, under “Voices”.",
            language=language_name,
        )
        return EngineRow(engine, row.label, row.note, problem=missing)
    return EngineRow(engine, row.label, row.note, model.name, model.sha256, model.sample_rate)


def _settings() -> VoiceSettings:
    services = get_plan_services()
    return services.voices or VoiceSettings(services.previews)


def _requested_choice(fields: Mapping[str, str]) -> Chosen:
    """The engine of each language that the fields name; otherwise the one that speaks now."""
    plan = get_plan_in_force().plan
    chosen = {}
    for language in plan.languages:
        asked = fields.get(f"voice-{language}", "")
        now = _settings().engine(language, plan.voices)
        chosen[language] = VoiceEngine(asked) if asked in [*VoiceEngine] else now
    return chosen


def _requested_samples(fields: Mapping[str, str]) -> Mapping[str, str]:
    languages = get_plan_in_force().plan.languages
    return {code: clean_text(fields.get(f"sample-{code}", SAMPLES[code])) for code in languages}
