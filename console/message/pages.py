"""The message of the day: what callers hear now, what comes next, earlier versions."""

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.context import current_actor, get_audio_services, get_context
from console.drafts.forms import NewDraftForm
from console.drafts.targets import announcement_target, announcement_title
from console.guard import needs
from console.message import listen_chart
from console.message.announcements import requested_announcement
from console.sounds import send_wav
from prompts.messages import publishing
from records.errors import NotFound
from records.messages import (
    blackout_periods,
    draft_publication,
    listen_statistics,
    message_audio,
    message_drafts,
    message_versions,
)
from records.messages.message_drafts import find_newest_version
from records.staff import click_to_call
from records.staff.click_to_call import NoSipAccount
from routing.access.permissions import Permission
from routing.messages import MessageVersion, OnAir, find_active_blackout, find_on_air, is_overdue, list_upcoming_changes
from routing.plan.model import Announcement
from translations.message import Message, translatable
from translations.web import gettext
from web.language import translate

PAGE_SIZE = 30
LAST_ROW = 1_000_000_000
SEARCHED_VERSIONS = 100  # among which earlier ones are looked for
EARLIER_VERSIONS = 5
STATE_LABELS: Mapping[str, Message] = {
    "on air": translatable("On air"),
    "on air, past its end": translatable("On air, past its end"),
    "coming": translatable("Upcoming"),
    "over": translatable("Over"),
    "withdrawn": translatable("Withdrawn"),
}
"""By the state of a ListedVersion."""

NO_TELEPHONE = translatable("No telephone belongs to your account. An administrator can change that in “People”.")

blueprint = Blueprint("message", __name__, template_folder="templates", url_prefix="/message")


@blueprint.get("")
@needs(Permission.HEAR_MESSAGES)
def show() -> str:
    return render_home(requested_announcement())


@blueprint.get("/history")
@needs(Permission.HEAR_MESSAGES)
def history() -> str:
    announcement, at = requested_announcement(), get_context().clock()
    first = min(max(0, request.args.get("from", 0, type=int)), LAST_ROW)
    listed = publishing.list_versions(
        get_context().database,
        get_audio_services().storage.messages,
        announcement.name,
        when_none=announcement.when_none_valid,
        now=at,
        page=publishing.Page(PAGE_SIZE + 1, first),
    )
    rows = listed[:PAGE_SIZE]
    return render_template(
        "message/history.html",
        announcement=announcement,
        rows=rows,
        times=_listen_counts([row.version for row in rows]),
        lengths=message_audio.get_audio_lengths(get_context().database, [row.version for row in rows]),
        state_labels=STATE_LABELS,
        titles=announcement_titles(),
        next=first + PAGE_SIZE if len(listed) > PAGE_SIZE else None,
    )


@blueprint.get("/draft/<int:draft_id>")
@needs(Permission.PUBLISH_MESSAGES)
def old_draft_address(draft_id: int) -> Response:
    """Where drafts were in version 0.2."""
    return redirect(url_for("message_draft.edit", draft_id=draft_id), 301)


@blueprint.get("/version/<int:version_id>.wav")
@needs(Permission.HEAR_MESSAGES)
def sound(version_id: int) -> Response:
    """A version as callers hear it, at 8 kHz."""
    version = _get_version(version_id)
    return send_wav(publishing.sound_path(get_audio_services().storage.messages, version.audio).with_suffix(".wav"))


@blueprint.post("/version/<int:version_id>/back")
@needs(Permission.PUBLISH_MESSAGES)
def restore_version(version_id: int) -> Response:
    version = _get_version(version_id)
    if not publishing.is_playable(get_audio_services().storage.messages, version):
        raise NotFound("The sound of this message is gone from the disk.")
    draft_publication.republish_version(get_context().database, current_actor(), version_id, at=get_context().clock())
    flash(gettext("Done: the next caller hears this message."))
    return redirect(url_for("message.show", announcement=version.announcement), 303)


@blueprint.post("/ring")
@needs(Permission.PUBLISH_MESSAGES)
def call_my_phone() -> Response:
    """Asks the switchboard to call the user's telephone, on which they record a message after their PIN."""
    announcement = requested_announcement()
    try:
        click_to_call.request_click_to_call(
            get_context().database, current_actor(), announcement.name, at=get_context().clock()
        )
        flash(gettext("Your telephone is about to ring. If it does not, check that it is plugged in, then ask again."))
    except NoSipAccount:
        flash(translate(NO_TELEPHONE))
    return redirect(url_for("message.show", announcement=announcement.name), 303)


def render_home(announcement: Announcement, new_form: NewDraftForm | None = None, refused: str = "") -> str:
    """The first page; `new_form` and `refused` tell what was wrong with a new draft."""
    at, database = get_context().clock(), get_context().database
    versions = message_versions.list_current_versions(database, announcement.name, at)
    periods = blackout_periods.list_blackout_periods(database)
    on_air = find_on_air(versions, announcement.name, at, announcement.when_none_valid, periods)
    return render_template(
        "message/show.html",
        announcement=announcement,
        target=announcement_target(announcement),
        titles=announcement_titles(),
        on_air=on_air,
        version=on_air.version,
        overdue=is_overdue(on_air, at, get_context().timezone(), announcement.renew_by),
        coming=list_upcoming_changes(versions, announcement.name, at, announcement.when_none_valid, periods),
        blackout_period=find_active_blackout(periods, at),
        earlier=_earlier_versions(announcement, on_air, at),
        drafts=message_drafts.list_open_drafts(database, current_actor(), [announcement.name]),
        discarded=message_drafts.list_discarded_drafts(database, current_actor(), announcement.name, at=at),
        just_discarded=request.args.get("discarded", type=int),
        may_publish=current_actor().may(Permission.PUBLISH_MESSAGES),
        may_approve=current_actor().may(Permission.APPROVE_MESSAGES),
        new_form=new_form if new_form and new_form.first_errors else None,
        refused=refused,
        **_listen_statistics(on_air),
    )


def announcement_titles() -> dict[str, str]:
    """What people call the announcements of the plan, by name."""
    return {name: announcement_title(name) for name in get_audio_services().plan().announcements}


def newest_version(announcement: Announcement) -> MessageVersion | None:
    """The newest version; an editor who publishes must have seen it."""
    database, at = get_context().database, get_context().clock()
    return find_newest_version(message_versions.list_current_versions(database, announcement.name, at))


def _get_version(version_id: int) -> MessageVersion:
    """Raises NotFound."""
    return message_versions.get_version(get_context().database, version_id)


def _earlier_versions(announcement: Announcement, on_air: OnAir, at: datetime) -> list[MessageVersion]:
    """The last messages that have been on air before this one, newest first, each sound once."""
    current = on_air.version
    if current is None or current.blackout_period:
        return []
    versions = message_versions.list_newest_versions(get_context().database, announcement.name, SEARCHED_VERSIONS)
    heard = [
        one
        for one in versions
        if one.valid_from <= at and not one.blackout_period and not one.withdrawn_at and one.audio != current.audio
    ]
    by_sound = {one.audio: one for one in sorted(heard, key=lambda one: one.id)}
    return sorted(by_sound.values(), key=lambda one: one.id, reverse=True)[:EARLIER_VERSIONS]


def _listen_statistics(on_air: OnAir) -> dict[str, object]:
    version = on_air.version
    if version is None:
        return {}
    seconds = message_audio.get_audio(get_context().database, version.audio).seconds
    statistics = listen_statistics.get_listen_statistics(get_context().database, version.id, seconds)
    return {
        "seconds": seconds,
        "statistics": statistics,
        "bars": listen_chart.build_bars(statistics, seconds),
        "chart": listen_chart,
    }


def _listen_counts(listed: list[MessageVersion]) -> dict[int, int]:
    if not listed:
        return {}
    return dict(listen_statistics.count_plays(get_context().database, [version.id for version in listed]))
