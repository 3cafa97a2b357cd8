"""Blackout periods, in which callers hear only a neutral message and nobody is called back."""

import tempfile
from datetime import datetime
from pathlib import Path

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from console.context import current_actor, get_audio_services, get_context
from console.guard import needs
from console.message.forms import DATETIME_MISSING, END_PASSED, MAX_TEXT_LENGTH, BlackoutForm
from console.sounds import audio_error_text, save_upload
from prompts.audio.refusals import AudioRefused
from prompts.audio.rendering import AudioToolError
from prompts.messages import drafts
from prompts.voices.voice import VoiceError
from records.messages import blackout_periods
from records.messages.blackout_periods import NewBlackoutPeriod
from routing.access.permissions import Permission
from translations.message import translatable
from translations.web import gettext

MAX_REASON_LENGTH = 200
NEUTRAL_TEXT = "En raison de la période électorale, il n'y a pas de message aujourd'hui. Merci de votre compréhension."
"""What callers hear unless an editor writes something else; callers are spoken to in French."""

blueprint = Blueprint("message_blackout", __name__, url_prefix="/message/embargo")


@blueprint.get("")
@needs(Permission.APPROVE_MESSAGES)
def list_periods() -> str:
    return _render(BlackoutForm(formdata=None, text=NEUTRAL_TEXT))


@blueprint.post("")
@needs(Permission.APPROVE_MESSAGES)
def add() -> Response | tuple[str, int]:
    form = BlackoutForm()
    if (period := _validated_period(form)) is None:
        return _render(form), 422
    try:
        with tempfile.TemporaryDirectory() as scratch:
            file = save_upload(form.file.data, Path(scratch)) if form.file.data else None
            neutral = drafts.prepare_neutral_message(
                get_audio_services().storage, file, form.text.data, get_audio_services().voice
            )
        blackout_periods.create_blackout_period(
            get_context().database,
            current_actor(),
            NewBlackoutPeriod(
                *period, form.reason.data, form.text.data, tuple(get_audio_services().plan().announcements)
            ),
            neutral,
            at=get_context().clock(),
        )
    except (AudioRefused, AudioToolError) as error:
        return _render(form, refused=audio_error_text(error)), 422
    except VoiceError:
        return _render(form, refused=gettext("The synthetic voice could not say this text. Try another one.")), 422
    flash(gettext("The blackout period is scheduled."))
    return redirect(url_for("message_blackout.list_periods"), 303)


@blueprint.post("/<int:blackout_period_id>/lift")
@needs(Permission.APPROVE_MESSAGES)
def cancel(blackout_period_id: int) -> Response:
    blackout_periods.lift_blackout_period(
        get_context().database, current_actor(), blackout_period_id, at=get_context().clock()
    )
    flash(gettext("The blackout period is ended."))
    return redirect(url_for("message_blackout.list_periods"), 303)


def _validated_period(form: BlackoutForm) -> tuple[datetime, datetime] | None:
    """Start and end; None when the form has errors."""
    form.validate()
    if not form.reason.data or len(form.reason.data) > MAX_REASON_LENGTH:
        form.add_error("reason", translatable("Write a reason of 200 characters at most."))
    if not form.text.data or len(form.text.data) > MAX_TEXT_LENGTH:
        form.add_error("text", translatable("Write what the neutral message says."))
    form.parse_moments(get_context().timezone())
    for field in ("start", "end"):
        if not form[field].data:
            form.add_error(field, DATETIME_MISSING)
    start, end = form.start.utc, form.end.utc
    if not (start and end):
        return None
    if end <= max(start, get_context().clock()):
        form.add_error("end", END_PASSED)
    return None if form.first_errors else (start, end)


def _render(form: BlackoutForm, **extra_context: object) -> str:
    at = get_context().clock()
    pending = [
        period
        for period in blackout_periods.list_blackout_periods(get_context().database)
        if period.ends_at > at and period.lifted_at is None
    ]
    return render_template(
        "message/blackouts.html",
        form=form,
        blackout_periods=pending,
        neutral=blackout_periods.list_neutral_versions(get_context().database),
        at=at,
        **extra_context,
    )
