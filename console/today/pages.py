"""Today, the first page of everybody: what happens at the reception now, and what waits for the user."""

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from console.context import current_actor, current_session, get_audio_services, get_context
from console.drafts.targets import announcement_title
from console.first_steps.steps import list_steps
from console.guard import keeps_idle, needs, signed_in
from console.reception_state import describe_number, format_until
from console.returning import STEP_KEY
from console.today import switch
from console.today.checks_card import summarize_checks
from console.today.forms import END_PASSED, WORDS_FIELD, SwitchForm
from console.today.labels import (
    OVERRIDE_STATES,
    SWITCH_BACK,
    SWITCHED_OFF,
    SWITCHED_ON,
    WORDS_LABELS,
    caller_name,
    duration,
)
from console.today.view import build_today, is_me
from prompts.audio.rendering import AudioToolError
from prompts.voices.voice import VoiceError
from records import overrides
from records.overrides import OverrideEnded
from routing.access.permissions import Permission
from routing.numbers import format_number
from routing.overrides import OverrideName
from translations.message import translatable
from translations.web import gettext
from web.language import translate

VOICE_FAILED = translatable(
    "The voice could not speak these words, and nothing was switched. Try again, or leave them empty."
)

blueprint = Blueprint("today", __name__, template_folder="templates")


@blueprint.get("/")
@signed_in
def show() -> str:
    cookie.pop(STEP_KEY, None)  # who is here has left the first steps
    return _render()


@blueprint.get("/refresh")
@keeps_idle
@needs(Permission.SEE_RECEPTION)
def refresh() -> str:
    """The parts of the page that refresh themselves, and those of the frame."""
    return render_template("today/live.html", **_page_context())


@blueprint.post("/switch/<name>")
@needs(Permission.SWITCH_RECEPTION)
def switch_on(name: str) -> Response | tuple[str, int]:
    """Closes, opens, sends calls to the centre or pauses callbacks, from the next call on."""
    lever, services, now = _find_name(name), get_audio_services(), get_context().clock()
    form = switch.make_form(services.plan(), lever, now, is_posted=True)
    if not form.check(now, get_context().timezone()):
        return _render(lever, form), 422
    try:
        switch.switch_on(services, lever, form, now)
    except OverrideEnded:
        form.add_error("at", END_PASSED)
        return _render(lever, form), 422
    except (VoiceError, AudioToolError):
        form.add_error(f"{WORDS_FIELD}{form.languages[0]}", VOICE_FAILED)
        return _render(lever, form), 422
    flash(translate(SWITCHED_ON[lever]))
    return redirect(url_for("today.show"), 303)


@blueprint.post("/switch/<name>/end")
@needs(Permission.SWITCH_RECEPTION)
def switch_off(name: str) -> Response:
    """Switches back at once, for the number of the form, or for all."""
    lever, number = _find_name(name), request.form.get("number", "")
    context = get_context()
    if overrides.end_override(context.database, current_actor(), lever, number=number, at=context.clock()):
        flash(translate(SWITCHED_OFF[lever]))
    else:
        flash(gettext("Somebody has switched it back already."))
    return redirect(url_for("today.show"), 303)


@blueprint.post("/checks")
@needs(Permission.SEE_CHECKS)
def check_again() -> Response:
    """Has the checks made again; the page shows their results when they have ended."""
    if services := get_context().check_services:
        services.request_run()
        flash(gettext("The checks are being made again; their results appear here in a moment."))
    return redirect(url_for("today.show"), 303)


def _tie_errors(name: str, prefix: str, errors: Mapping[str, object], has_hint: bool = False) -> dict[str, str]:
    """The attributes that tie a field of a lever to its hint and its error."""
    ids = [f"{prefix}{name}-hint"] if has_hint else []
    if name not in errors:
        return {"aria-describedby": ids[0]} if ids else {}
    return {"aria-invalid": "true", "aria-describedby": " ".join([*ids, f"{prefix}{name}-error"])}


def _find_name(name: str) -> OverrideName:
    if name not in {*OverrideName}:
        abort(404)
    return OverrideName(name)


def _render(posted: OverrideName | None = None, form: SwitchForm | None = None) -> str:
    """The page; with the form of a lever that was sent and refused."""
    return render_template("today/show.html", posted=posted, form=form, **_page_context(posted, form))


def _page_context(posted: OverrideName | None = None, form: SwitchForm | None = None) -> dict[str, object]:
    actor, services = current_session().user.actor, get_context().audio_services
    if services is None or not actor.may(Permission.SEE_RECEPTION):
        return {"today": None}
    today = build_today(services)
    may_switch = actor.may(Permission.SWITCH_RECEPTION)
    levers = []
    if may_switch:
        for lever in switch.list_levers(today.plan, today.numbers, posted):
            made = form if lever.name is posted and form else None
            levers.append((lever, made or switch.make_form(today.plan, lever.name, today.now, is_posted=False)))
    return {
        "today": today,
        "may_switch": may_switch,
        "levers": levers,
        "open_steps": [step for step in list_steps(today.plan) if step.is_open] if actor.may(Permission.SET_UP) else [],
        "checks": summarize_checks() if actor.may(Permission.SEE_CHECKS) else None,
        "words_labels": WORDS_LABELS,
        "override_states": OVERRIDE_STATES,
        "switch_back": SWITCH_BACK,
        "describe_number": lambda state: describe_number(state, today.now),
        "until": lambda at: format_until(at, today.now),
        "number_text": lambda e164: format_number(e164, today.plan.country),
        "caller_name": lambda caller: caller_name(caller, today.plan.country),
        "wait": lambda since: duration((today.now - since).total_seconds()),
        "is_me": is_me,
        "choices": lambda field: [(choice.value, choice.label) for choice in field.choices],
        "tied": _tie_errors,
        "announcement_title": announcement_title,
    }
