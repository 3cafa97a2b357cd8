"""A calendar of what is on air when, in which scheduled messages are edited, moved and withdrawn."""

from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.context import current_actor, get_audio_services, get_context
from console.drafts.targets import announcement_title
from console.guard import needs
from console.message import pages
from console.message.announcements import get_announcement_or_404, requested_announcement
from console.message.calendar_days import (
    MONTH,
    WEEK,
    build_day,
    days_of_month_view,
    first_day,
    is_scheduled,
    is_shown,
    midnight,
    neighbours,
    requested_day,
)
from console.message.forms import DATETIME_LOCAL_FORMAT, DATETIME_MISSING, END_PASSED, PASS_SUFFIX, PeriodForm
from console.sounds import audio_error_text
from prompts.audio.refusals import AudioRefused
from prompts.audio.rendering import AudioToolError
from prompts.messages import drafts
from records.messages import blackout_periods, message_versions, scheduled_messages
from records.messages.draft_types import AirPeriod, ApprovalRequired, VersionStarted
from routing.access.permissions import Permission
from routing.local_times import clock_pass
from routing.message_calendar import Schedule
from routing.messages import MessageVersion
from routing.plan.model import Announcement
from translations import dates
from translations.message import translatable
from translations.web import gettext
from web.language import current_language, translate

blueprint = Blueprint("message_calendar", __name__, url_prefix="/message/calendar")

_START_PASSED = translatable("This start has passed. Choose a later one.")
_STARTED = translatable(
    "This message is no longer scheduled: it is on air, or somebody else has moved or withdrawn it."
)
_APPROVAL = translatable("Here a second person approves each message: check the new time, then submit it.")


@blueprint.get("")
@needs(Permission.HEAR_MESSAGES)
def show() -> str:
    announcement, at = requested_announcement(), get_context().clock()
    zone, database = get_context().timezone(), get_context().database
    view = MONTH if request.args.get("view") == MONTH else WEEK
    today = at.astimezone(zone).date()
    shown = requested_day() or today
    first, days = first_day(shown, view), 7 if view == WEEK else days_of_month_view(shown)
    edges = [midnight(first + timedelta(days=number)) for number in range(days + 1)]
    plan = _schedule(announcement, min(edges[0], at))
    segments = plan.list_segments(edges[0], edges[-1], at)
    return render_template(
        "message/calendar.html",
        announcement=announcement,
        titles=pages.announcement_titles(),
        view=view,
        shown=shown,
        today=today,
        **neighbours(shown, view),
        days=[
            build_day(first + timedelta(days=number), (edges[number], edges[number + 1]), segments, shown)
            for number in range(days)
        ],
        gaps=plan.list_gaps(edges[0], edges[-1], at),
        overlaps=plan.list_overlaps(edges[0], edges[-1], at),
        scheduled=[one for one in plan.versions if is_scheduled(one, at)],
        withdrawn=message_versions.list_withdrawn(database, announcement.name, at),
        just_withdrawn=request.args.get("withdrawn", type=int),
        periods=[period for period in plan.blackout_periods if is_shown(period.starts_at, period.ends_at, edges)],
        may_publish=current_actor().may(Permission.PUBLISH_MESSAGES),
        may_approve=current_actor().may(Permission.APPROVE_MESSAGES),
        name_of=_name,
        month_name=lambda day: dates.month(day, current_language()),
        long_day=lambda day: dates.long_date(midnight(day), zone, current_language()),
    )


@blueprint.post("/<int:version_id>/edit")
@needs(Permission.PUBLISH_MESSAGES)
def edit(version_id: int) -> Response:
    """Makes a draft that replaces the scheduled message when it is published."""
    version = _get_version(version_id)
    if not is_scheduled(version, get_context().clock()):
        return _back(version, translate(_STARTED))
    return _open_draft(version)


@blueprint.route("/<int:version_id>/move", methods=["GET", "POST"])
@needs(Permission.PUBLISH_MESSAGES)
def move(version_id: int) -> Response | str | tuple[str, int]:
    version, at = _get_version(version_id), get_context().clock()
    if not is_scheduled(version, at):
        return _back(version, translate(_STARTED))
    if request.method == "GET":
        return _render_move(version, _move_form(version))
    form = PeriodForm()
    period = _validated_period(form, at)
    if period is None:
        return _render_move(version, form), 422
    try:
        scheduled_messages.move_version(get_context().database, current_actor(), version_id, period, at=at)
    except VersionStarted:
        return _back(version, translate(_STARTED))
    except ApprovalRequired:
        flash(translate(_APPROVAL))
        return _open_draft(version, period)
    return _back(version, gettext("Moved: %(moment)s.", moment=_moment(period.start or at)))


@blueprint.post("/<int:version_id>/withdraw")
@needs(Permission.PUBLISH_MESSAGES)
def withdraw(version_id: int) -> Response:
    at = get_context().clock()
    try:
        version = scheduled_messages.withdraw_version(get_context().database, current_actor(), version_id, at=at)
    except VersionStarted as error:
        return _back(error.version, translate(_STARTED))
    return redirect(url_for("message_calendar.show", announcement=version.announcement, withdrawn=version.id), 303)


@blueprint.post("/<int:version_id>/restore")
@needs(Permission.PUBLISH_MESSAGES)
def restore(version_id: int) -> Response:
    """Schedules a withdrawn message again."""
    at = get_context().clock()
    try:
        version = scheduled_messages.restore_version(get_context().database, current_actor(), version_id, at=at)
    except VersionStarted as error:
        return _back(error.version, gettext("Its time has come; look for it in the history."))
    return _back(version, gettext("This message is scheduled again."))


def _schedule(announcement: Announcement, since: datetime) -> Schedule:
    database = get_context().database
    return Schedule(
        announcement.name,
        message_versions.list_current_versions(database, announcement.name, since),
        announcement.when_none_valid,
        blackout_periods.list_blackout_periods(database),
    )


def _get_version(version_id: int) -> MessageVersion:
    """Raises NotFound; 404 for an announcement that the plan no longer has."""
    version = message_versions.get_version(get_context().database, version_id)
    get_announcement_or_404(version.announcement)
    return version


def _open_draft(version: MessageVersion, period: AirPeriod | None = None) -> Response:
    try:
        draft = drafts.create_from_version(
            get_context().database,
            get_audio_services().storage,
            current_actor(),
            version,
            period,
            at=get_context().clock(),
        )
    except (AudioRefused, AudioToolError) as error:
        return _back(version, audio_error_text(error))
    return redirect(url_for("message_draft.edit", draft_id=draft.id), 303)


def _back(version: MessageVersion, notice: str) -> Response:
    flash(notice)
    day = version.valid_from.astimezone(get_context().timezone()).date()
    return redirect(url_for("message_calendar.show", announcement=version.announcement, day=day.isoformat()), 303)


def _move_form(version: MessageVersion) -> PeriodForm:
    """Filled with the period of the version, on the day that the address asks for if it was dropped there."""
    zone = get_context().timezone()
    start, end = version.valid_from.astimezone(zone), version.valid_until and version.valid_until.astimezone(zone)
    if day := requested_day():
        shift = day - start.date()
        start, end = start + shift, end and end + shift
    values = {}
    for name, moment in (("start", start), ("end", end)):
        values[name] = moment.strftime(DATETIME_LOCAL_FORMAT) if moment else ""
        values[name + PASS_SUFFIX] = (clock_pass(moment, zone) or "") if moment else ""
    form = PeriodForm(formdata=None, **values)
    form.parse_moments(zone)
    return form


def _validated_period(form: PeriodForm, at: datetime) -> AirPeriod | None:
    """None when the form has errors."""
    form.validate()
    form.parse_moments(get_context().timezone())
    if not form.start.data:
        form.add_error("start", DATETIME_MISSING)
    start, end = form.start.utc, form.end.utc
    if start and start <= at:
        form.add_error("start", _START_PASSED)
    if start and end and end <= start:
        form.add_error("end", END_PASSED)
    return None if form.first_errors or start is None else AirPeriod(start, end)


def _render_move(version: MessageVersion, form: PeriodForm) -> str:
    return render_template(
        "message/move.html",
        version=version,
        title=announcement_title(version.announcement),
        form=form,
        name_of=_name,
    )


def _name(version: MessageVersion) -> str:
    """What people call a version."""
    if version.title or version.text:
        return version.title or (version.text[:59] + "…" if len(version.text) > 60 else version.text)
    return gettext("Message by %(name)s", name=version.published_by)


def _moment(at: datetime) -> str:
    return dates.moment(at, get_context().timezone(), current_language())
