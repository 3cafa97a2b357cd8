"""Drafts of messages: uploaded audio that is cut, given a transcript, and published or discarded.

Two people may edit the same draft: a save names the revision that its author saw, and fails if that has changed.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.orm import aliased

from records import changes
from records.actor import Actor
from records.database.engine import Database
from records.errors import NotFound
from records.messages import message_versions
from records.messages.draft_types import (
    AirPeriod,
    ApprovalRequired,
    ApproverIsAuthor,
    Draft,
    DraftAudio,
    DraftChanged,
    DraftClosed,
    DraftContent,
    DraftState,
    NewerVersionPublished,
    Publication,
)
from records.plan.reader import find_plan_in
from records.schema import MessageDraft as Drafts
from records.schema import User
from routing.access.permissions import Permission
from routing.approval import Approval, is_eligible_approver
from routing.messages import MessageVersion

_RETURN, _DISCARD = (DraftState.OPEN, "message.send_back"), (DraftState.DISCARDED, "message.discard")


def create_draft(
    database: Database, actor: Actor, announcement: str, sound: DraftAudio, content: DraftContent, *, at: datetime
) -> Draft:
    """A new draft. Raises Forbidden."""
    actor.require(Permission.PUBLISH_MESSAGES)
    row = {
        "announcement": announcement,
        "audio": sound.sha256,
        "original_name": sound.original_name,
        "media_type": sound.media_type,
        "seconds": sound.seconds,
        "level_dbfs": sound.level_dbfs,
        "loudness": sound.loudness,
        **_columns(content),
        "state": DraftState.OPEN,
        "revision": 1,
        "made_at": at,
        "made_by": actor.user_id,
        "changed_at": at,
        "changed_by": actor.user_id,
    }
    with database.write() as connection:
        return _draft(connection, connection.execute(insert(Drafts).values(row).returning(Drafts.id)).scalar_one())


def get_draft(database: Database, actor: Actor, draft_id: int) -> Draft:
    """Raises Forbidden, NotFound."""
    actor.require(Permission.PUBLISH_MESSAGES)
    with database.read() as connection:
        return _draft(connection, draft_id)


def list_open_drafts(database: Database, actor: Actor, announcements: Iterable[str]) -> tuple[Draft, ...]:
    """The open and submitted drafts, last changed first; none for an actor who may not publish."""
    if not actor.may(Permission.PUBLISH_MESSAGES):
        return ()
    with database.read() as connection:
        live = Drafts.state.in_((DraftState.OPEN, DraftState.AWAITING_APPROVAL)) & Drafts.announcement.in_(
            tuple(announcements)
        )
        rows = _rows().where(live).order_by(Drafts.changed_at.desc(), Drafts.id.desc())
        return tuple(_to_draft(row) for row in connection.execute(rows))


def list_audio_in_use(database: Database) -> frozenset[str]:
    """The content hashes of the audio of open drafts."""
    with database.read() as connection:
        live = Drafts.state.in_((DraftState.OPEN, DraftState.AWAITING_APPROVAL))
        return frozenset(connection.scalars(select(Drafts.audio).where(live)))


def save_draft(database: Database, actor: Actor, publication: Publication, *, at: datetime) -> Draft:
    """The draft with the content and the period of a publication that is still being prepared.

    Raises Forbidden, NotFound, DraftChanged, DraftClosed.
    """
    actor.require(Permission.PUBLISH_MESSAGES)
    with database.write() as connection:
        draft, period = _lock_draft(connection, publication.draft.id, publication.revision), publication.period
        air_period = {"valid_from": period.start, "valid_until": period.end}
        return _set(connection, draft.id, actor, at, **_columns(publication.content), **air_period)


def submit_for_approval(database: Database, actor: Actor, publication: Publication, *, at: datetime) -> Draft:
    """The draft, submitted for a second person to approve. Raises as `save_draft`."""
    actor.require(Permission.PUBLISH_MESSAGES)
    with database.write() as connection:
        draft, period = _lock_draft(connection, publication.draft.id, publication.revision), publication.period
        submission = {"valid_from": period.start, "valid_until": period.end, "state": DraftState.AWAITING_APPROVAL}
        submitted = _set(connection, draft.id, actor, at, **_columns(publication.content), **submission)
        changes.record(connection, actor, "message.hand_in", draft.announcement, after=_change_fields(submitted), at=at)
        return submitted


def publish_draft(
    database: Database, actor: Actor, publication: Publication, audio: message_versions.Audio, *, at: datetime
) -> MessageVersion:
    """The version that callers hear from now on, or from the start of its period; `audio` was made from the draft.

    Raises as `save_draft`, NewerVersionPublished, ApprovalRequired, ApproverIsAuthor.
    """
    actor.require(Permission.APPROVE_MESSAGES if publication.approving else Permission.PUBLISH_MESSAGES)
    content, period = publication.content, publication.period
    with database.write() as connection:
        draft = _lock_draft(connection, publication.draft.id, publication.revision)
        message_versions.lock_announcement(connection, draft.announcement)
        newest = message_versions.find_newest_in(connection, draft.announcement)
        if newest and newest.id != publication.known_version:
            raise NewerVersionPublished(newest)
        if publication.approving:
            _refuse_author(actor, draft)
        elif _needs_approval(connection, draft.announcement):
            raise ApprovalRequired("A second person must approve messages here; submit this one for approval.")
        by = draft.changed_by if publication.approving else actor.name
        start = max(period.start or at, at) if publication.approving else period.start or at
        new = MessageVersion(
            message_versions.UNNUMBERED, draft.announcement, audio.sha256, start, period.end, at, by, content.text
        )
        version = message_versions.publish_message_in(connection, new, audio)
        ended = {"state": DraftState.PUBLISHED, "version_id": version.id, **_columns(content)}
        _set(connection, draft.id, actor, at, **ended)
        kind = "message.approve" if publication.approving else "message.publish"
        before = {"version": newest.id if newest else None}
        changes.record(
            connection,
            actor,
            kind,
            draft.announcement,
            before=before,
            after=message_versions.change_fields(version),
            at=at,
        )
        return version


def return_for_changes(database: Database, actor: Actor, draft_id: int, revision: int, *, at: datetime) -> Draft:
    """A submitted draft, open again. Raises as `save_draft`."""
    return _change_state(database, actor, draft_id, revision, _RETURN, at)


def discard_draft(database: Database, actor: Actor, draft_id: int, revision: int, *, at: datetime) -> Draft:
    """The draft, discarded. Raises as `save_draft`."""
    return _change_state(database, actor, draft_id, revision, _DISCARD, at)


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


def find_newest_version(versions: Iterable[MessageVersion]) -> MessageVersion | None:
    """The version published last, blackout messages left out: it tells whether another publisher was faster."""
    return max((each for each in versions if not each.blackout_period), key=lambda each: each.id, default=None)


def _needs_approval(connection: Connection, announcement: str) -> bool:
    plan = find_plan_in(connection)
    return (
        plan is not None
        and announcement in plan.announcements
        and plan.announcements[announcement].approval is Approval.SECOND
    )


def _refuse_author(actor: Actor, draft: Draft) -> None:
    if actor.user_id is None or not is_eligible_approver(actor.user_id, draft.authors):
        raise ApproverIsAuthor("Somebody else must approve what you have made yourself; ask a colleague.")


def _change_state(
    database: Database, actor: Actor, draft_id: int, revision: int, action: tuple[DraftState, str], at: datetime
) -> Draft:
    """`action`: the new state, and the kind of the recorded change."""
    state, kind = action
    actor.require(Permission.PUBLISH_MESSAGES)
    with database.write() as connection:
        before = _lock_draft(connection, draft_id, revision)
        changed = _set(connection, draft_id, actor, at, state=state)
        was, now = ({"draft": draft_id, "state": draft.state} for draft in (before, changed))
        changes.record(connection, actor, kind, changed.announcement, before=was, after=now, at=at)
        return changed


def _lock_draft(connection: Connection, draft_id: int, revision: int) -> Draft:
    """The draft as the actor saw it, locked until the end of the transaction."""
    connection.execute(select(Drafts.id).where(Drafts.id == draft_id).with_for_update())
    draft = _draft(connection, draft_id)
    if draft.state in (DraftState.PUBLISHED, DraftState.DISCARDED):
        raise DraftClosed(draft)
    if draft.revision != revision:
        raise DraftChanged(draft)
    return draft


def _set(connection: Connection, draft_id: int, actor: Actor, at: datetime, **values: object) -> Draft:
    """Only an edit makes its actor an author: one who approves, returns or discards the draft does not become one."""
    written = {"from_s", "until_s", "text"} <= values.keys() and values.get("state") != DraftState.PUBLISHED
    by = {"changed_by": actor.user_id, "changed_at": at} if written else {}
    row = {"revision": Drafts.revision + 1, **values, **by}
    connection.execute(update(Drafts).where(Drafts.id == draft_id).values(row))
    return _draft(connection, draft_id)


def _columns(content: DraftContent) -> dict[str, object]:
    return {"from_s": content.from_s, "until_s": content.until_s, "text": content.text}


def _change_fields(draft: Draft) -> dict[str, object]:
    content = draft.content
    return {"draft": draft.id, "sound": draft.audio.sha256, "from_s": content.from_s, "until_s": content.until_s}


def _rows() -> Any:
    maker, changer = aliased(User), aliased(User)
    names = (maker.name.label("maker"), changer.name.label("changer"))
    rows = select(*Drafts.__table__.c, *names).join(maker, maker.id == Drafts.made_by)
    return rows.join(changer, changer.id == Drafts.changed_by)


def _draft(connection: Connection, draft_id: int) -> Draft:
    row = connection.execute(_rows().where(Drafts.id == draft_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no draft {draft_id}.")
    return _to_draft(row)


def _to_draft(row: Row[Any]) -> Draft:
    return Draft(
        row.id,
        row.announcement,
        DraftAudio(row.audio, row.original_name, row.media_type, row.seconds, row.level_dbfs, row.loudness),
        DraftContent(row.from_s, row.until_s, row.text),
        AirPeriod(row.valid_from, row.valid_until),
        DraftState(row.state),
        row.revision,
        row.made_at,
        row.maker,
        row.changed_at,
        row.changer,
        frozenset((row.made_by, row.changed_by)),
        row.version_id,
    )
