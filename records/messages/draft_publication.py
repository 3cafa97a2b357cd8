"""Publication of drafts: of a message as a version, of a prompt as its new sound."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from records import changes
from records.actor import Actor
from records.database.engine import Database
from records.errors import NotFound
from records.messages import message_audio, message_versions, scheduled_messages
from records.messages.draft_rows import content_columns, lock_draft, set_draft
from records.messages.draft_types import (
    ApprovalRequired,
    ApproverIsAuthor,
    Draft,
    DraftState,
    NewerVersionPublished,
    Publication,
)
from routing.access.permissions import Permission
from routing.approval import is_eligible_approver
from routing.messages import MessageVersion


def publish_draft(
    database: Database, actor: Actor, publication: Publication, audio: message_audio.Audio, *, at: datetime
) -> MessageVersion:
    """The version that callers hear from now on, or from the start of its period; `audio` was made from the draft.

    Raises as `message_drafts.save_draft`, NewerVersionPublished, VersionStarted, ApprovalRequired, ApproverIsAuthor.
    """
    actor.require(Permission.APPROVE_MESSAGES if publication.approving else Permission.PUBLISH_MESSAGES)
    content, period = publication.content, publication.period
    with database.write() as connection:
        draft = lock_draft(connection, actor, publication.draft.id, publication.revision)
        message_versions.lock_announcement(connection, draft.announcement)
        newest = message_versions.find_newest_in(connection, draft.announcement)
        if newest and newest.id != publication.known_version:
            raise NewerVersionPublished(newest)
        edited = _scheduled_version(connection, draft, publication, at)
        if publication.approving:
            _refuse_author(actor, draft)
        elif scheduled_messages.needs_approval(connection, draft.announcement):
            raise ApprovalRequired("A second person must approve messages here; submit this one for approval.")
        by = draft.changed_by if publication.approving else actor.name
        start = max(period.start or at, at) if publication.approving else period.start or at
        new = MessageVersion(
            message_versions.UNNUMBERED,
            draft.announcement,
            audio.sha256,
            start,
            period.end,
            at,
            by,
            content.text,
            title=content.title,
        )
        version = message_versions.publish_message_in(connection, new, audio)
        if edited:
            scheduled_messages.withdraw_in(connection, edited, by=actor.name, at=at, successor=version)
        ended = {"state": DraftState.PUBLISHED, "version_id": version.id, **content_columns(content)}
        set_draft(connection, draft, actor, at, **ended)
        kind = "message.approve" if publication.approving else "message.publish"
        before = {"version": edited.id if edited else newest.id if newest else None}
        after = message_versions.change_fields(version)
        changes.record(connection, actor, kind, draft.announcement, before=before, after=after, at=at)
        return version


def publish_prompt_draft(
    database: Database, actor: Actor, publication: Publication, put_on_air: Callable[[], None], *, at: datetime
) -> None:
    """Closes the draft of a prompt and records the change; `put_on_air` replaces the sound, or raises.

    Raises as `message_drafts.save_draft`, and what `put_on_air` raises: then nothing is written.
    """
    content = publication.content
    with database.write() as connection:
        draft = lock_draft(connection, actor, publication.draft.id, publication.revision)
        actor.require(Permission.REPLACE_PROMPTS)
        set_draft(connection, draft, actor, at, state=DraftState.PUBLISHED, **content_columns(content))
        heard = content.text or draft.audio.original_name
        changes.record(connection, actor, "prompt.replace", draft.prompt, after={"heard": heard}, at=at)
        put_on_air()


def republish_version(database: Database, actor: Actor, version_id: int, *, at: datetime) -> MessageVersion:
    """Publishes once more a version that was on air before. Raises Forbidden, NotFound."""
    actor.require(Permission.PUBLISH_MESSAGES)
    with database.write() as connection:
        announcement = message_versions.get_announcement_in(connection, version_id)
        message_versions.lock_announcement(connection, announcement)
        before = message_versions.get_version_in(connection, version_id)
        if before.blackout_period:
            raise NotFound("This is the neutral message of a blackout period; it is on air during that period alone.")
        newest = message_versions.find_newest_in(connection, announcement)
        again = message_versions.republish_in(connection, before, by=actor.name, at=at)
        replaced = {"version": newest.id if newest else None}
        after = {**message_versions.change_fields(again), "again": version_id}
        changes.record(connection, actor, "message.put_back", announcement, before=replaced, after=after, at=at)
        return again


def _scheduled_version(
    connection: Connection, draft: Draft, publication: Publication, at: datetime
) -> MessageVersion | None:
    """The version that the draft replaces, which must still be scheduled. Raises VersionStarted."""
    if publication.edited_version is None or publication.edited_version != draft.edited_version_id:
        return None
    return scheduled_messages.require_scheduled(connection, publication.edited_version, at)


def _refuse_author(actor: Actor, draft: Draft) -> None:
    if actor.user_id is None or not is_eligible_approver(actor.user_id, draft.authors):
        raise ApproverIsAuthor("Somebody else must approve what you have made yourself; ask a colleague.")
