"""The message of the day: what callers hear now, what comes next, earlier versions."""

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.context import current_actor, get_audio_services, get_context
from console.guard import needs
from console.message import listen_chart
from console.message.announcements import requested_announcement
from console.sounds import send_wav
from prompts.messages import publishing
from records.errors import NotFound
from records.messages import blackout_periods, listen_statistics, message_drafts, message_versions
from records.messages.message_drafts import find_newest_version
from records.staff import click_to_call
from records.staff.click_to_call import NoSipAccount
from routing.access.permissions import Permission
from routing.approval import Approval
from routing.messages import MessageVersion, OnAir, find_active_blackout, find_on_air, is_overdue, list_upcoming_changes
from routing.plan.model import Announcement
from translations.message import Message, translatable
from translations.web import gettext

PAGE_SIZE = 30
STATE_LABELS: Mapping[str, Message] = {
    "on air": translatable("On air"),
    "on air, past its end": translatable("On air, past its end"),
    "coming": translatable("Coming"),
    "over": translatable("Over"),
}
"""By the state of a ListedVersion."""

blueprint = Blueprint("message", __name__, template_folder="templates", url_prefix="/message")


@blueprint.get("")
@needs(Permission.HEAR_MESSAGES)
def show() -> str:
    return render_home(requested_announcement())


@blueprint.get("/history")
@needs(Permission.HEAR_MESSAGES)
def history() -> str:
    slot, at = requested_announcement(), get_context().clock()
    listed = publishing.list_versions(
        get_context().database, get_audio_services().storage.messages, slot.name, when_none=slot.when_none_valid, now=at
    )
    first = max(0, request.args.get("from", 0, type=int))
    shown = listed[first : first + PAGE_SIZE]
    return render_template(
        "message/history.html",
        slot=slot,
        slots=get_audio_services().plan().announcements,
        rows=shown,
        times=_listen_counts([row.version for row in shown]),
        lengths=message_versions.get_audio_lengths(get_context().database),
        state_labels=STATE_LABELS,
        next=first + PAGE_SIZE if len(listed) > first + PAGE_SIZE else None,
    )


@blueprint.get("/version/<int:version>.wav")
@needs(Permission.HEAR_MESSAGES)
def sound(version: int) -> Response:
    """A version as callers hear it, at 8 kHz."""
    slot = message_versions.get_announcement(get_context().database, version)
    found = next(each for each in message_versions.list_versions(get_context().database, slot) if each.id == version)
    return send_wav(publishing.sound_path(get_audio_services().storage.messages, found.audio).with_suffix(".wav"))


@blueprint.post("/version/<int:version>/back")
@needs(Permission.PUBLISH_MESSAGES)
def restore_version(version: int) -> Response:
    slot = message_versions.get_announcement(get_context().database, version)
    before = next(each for each in message_versions.list_versions(get_context().database, slot) if each.id == version)
    if not publishing.is_playable(get_audio_services().storage.messages, before):
        raise NotFound("The sound of this message is gone from the disk.")
    message_drafts.republish_version(get_context().database, current_actor(), version, at=get_context().clock())
    flash(gettext("Done: the next caller hears this message."))
    return redirect(url_for("message.show", slot=slot), 303)


@blueprint.post("/ring")
@needs(Permission.PUBLISH_MESSAGES)
def call_my_phone() -> Response:
    """Asks the switchboard to call the user's telephone, on which they record a message after their PIN."""
    slot = requested_announcement()
    try:
        click_to_call.request_click_to_call(
            get_context().database, current_actor(), slot.name, at=get_context().clock()
        )
        flash(gettext("Your telephone is about to ring. If it does not, check that it is plugged in, then ask again."))
    except NoSipAccount:
        flash(gettext("No telephone belongs to your account. An administrator can change that in “People”."))
    return redirect(url_for("message.show", slot=slot.name), 303)


def render_home(announcement: Announcement, **extra_context: object) -> str:
    """The first page; `extra_context` holds what was wrong with an upload."""
    at, database = get_context().clock(), get_context().database
    known = message_versions.list_versions(database, announcement.name)
    silences = blackout_periods.list_blackout_periods(database)
    heard = find_on_air(known, announcement.name, at, announcement.when_none_valid, silences)
    drafts = message_drafts.list_open_drafts(database, current_actor(), [announcement.name])
    return render_template(
        "message/show.html",
        slot=announcement,
        slots=get_audio_services().plan().announcements,
        heard=heard,
        version=heard.version,
        overdue=is_overdue(heard, at, get_context().timezone(), announcement.renew_by),
        coming=list_upcoming_changes(known, announcement.name, at, announcement.when_none_valid, silences),
        embargo=find_active_blackout(silences, at),
        before=_previous_on_air(known, announcement, heard, at),
        drafts=drafts,
        may_publish=current_actor().may(Permission.PUBLISH_MESSAGES),
        may_approve=current_actor().may(Permission.APPROVE_MESSAGES),
        second=announcement.approval is Approval.SECOND,
        **_listen_statistics(heard),
        **extra_context,
    )


def newest_version(announcement: Announcement) -> MessageVersion | None:
    """The newest version; an editor who publishes must have seen it."""
    return find_newest_version(message_versions.list_versions(get_context().database, announcement.name))


def _previous_on_air(
    known: tuple[MessageVersion, ...], slot: Announcement, heard: OnAir, at: datetime
) -> MessageVersion | None:
    """The version that was on air before this one; one click restores it."""
    version = heard.version
    if version is None or version.blackout_period:
        return None
    others = [each for each in known if each.audio != version.audio]
    return find_on_air(others, slot.name, at, slot.when_none_valid).version


def _listen_statistics(heard: OnAir) -> dict[str, object]:
    version = heard.version
    if version is None:
        return {}
    seconds = message_versions.get_audio(get_context().database, version.audio).seconds
    found = listen_statistics.get_listen_statistics(get_context().database, version.id, seconds, version.published_at)
    return {
        "seconds": seconds,
        "statistics": found,
        "bars": listen_chart.build_bars(found, seconds),
        "chart": listen_chart,
    }


def _listen_counts(shown: list[MessageVersion]) -> dict[int, int]:
    if not shown:
        return {}
    since = min(version.published_at for version in shown)
    return dict(listen_statistics.count_plays(get_context().database, [version.id for version in shown], since))
