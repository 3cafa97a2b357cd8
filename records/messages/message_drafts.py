"""Drafts of messages and prompts: audio that is cut, given a title and a transcript, and published or discarded.

Two people may edit the same draft: a save names the revision that its author saw, and fails if that has changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, select

from records import changes
from records.actor import Actor
from records.database.engine import Database
from records.errors import NotFound
from records.messages.draft_rows import (
    OPEN_STATES,
    add_draft,
    audio_columns,
    content_columns,
    get_draft_in,
    lock_draft,
    require_editor,
    select_drafts,
    set_draft,
    to_draft,
)
from records.messages.draft_types import (
    AirPeriod,
    Draft,
    DraftAudio,
    DraftContent,
    DraftState,
    Publication,
    RefusalWithoutReason,
)
from records.schema import MessageDraft as Drafts
from routing.access.permissions import Permission
from routing.approval import is_eligible_approver
from routing.messages import MessageVersion

DISCARDED_KEPT = timedelta(days=7)
"""For so long a discarded draft can be brought back."""

NO_PERIOD = AirPeriod()


@dataclass(frozen=True, slots=True)
class NewDraft:
    """A draft of a message, or of a prompt; then `announcement` is ""."""

    announcement: str
    sound: DraftAudio
    content: DraftContent
    prompt: str = ""
    period: AirPeriod = NO_PERIOD


def create_draft(
    database: Database, actor: Actor, new: NewDraft, *, edited_version: int | None = None, at: datetime
) -> Draft:
    """Adds the draft; `edited_version`: the scheduled version that it replaces. Raises Forbidden."""
    require_editor(actor, new.prompt)
    row = {
        "announcement": new.announcement,
        "prompt": new.prompt,
        **audio_columns(new.sound),
        **content_columns(new.content),
        "valid_from": new.period.start,
        "valid_until": new.period.end,
        "state": DraftState.OPEN,
        "revision": 1,
        "made_at": at,
        "made_by": actor.user_id,
        "changed_at": at,
        "changed_by": actor.user_id,
        "authors": str(actor.user_id or ""),
        "revised_by": actor.name,
        "revised_at": at,
    }
    with database.write() as connection:
        return add_draft(connection, row, edited_version)


def get_draft(database: Database, actor: Actor, draft_id: int) -> Draft:
    """Raises Forbidden, NotFound."""
    actor.require(Permission.PUBLISH_MESSAGES)
    with database.read() as connection:
        draft = get_draft_in(connection, draft_id)
    require_editor(actor, draft.prompt)
    return draft


def list_open_drafts(database: Database, actor: Actor, announcements: Iterable[str]) -> tuple[Draft, ...]:
    """The open and submitted drafts of messages, last changed first; none for an actor who may not publish."""
    if not actor.may(Permission.PUBLISH_MESSAGES):
        return ()
    return _list(database, Drafts.state.in_(OPEN_STATES) & Drafts.announcement.in_(tuple(announcements)))


def list_open_prompt_drafts(database: Database, actor: Actor, prompt: str | None = None) -> tuple[Draft, ...]:
    """The open drafts of this prompt, or of all prompts, last changed first; none for an actor who may not replace."""
    if not actor.may(Permission.REPLACE_PROMPTS):
        return ()
    its = Drafts.prompt != "" if prompt is None else Drafts.prompt == prompt
    return _list(database, Drafts.state.in_(OPEN_STATES) & its)


def list_discarded_drafts(
    database: Database, actor: Actor, announcement: str = "", *, prompt: str = "", at: datetime
) -> tuple[Draft, ...]:
    """The drafts of an announcement or a prompt that can still be brought back, last discarded first."""
    if not actor.may(Permission.REPLACE_PROMPTS if prompt else Permission.PUBLISH_MESSAGES):
        return ()
    return _list(database, _is_kept(at) & (Drafts.announcement == announcement) & (Drafts.prompt == prompt))


def list_waiting_for(database: Database, actor: Actor) -> tuple[Draft, ...]:
    """What waits for this actor: messages that they may approve, and their own that were sent back."""
    if not actor.may(Permission.PUBLISH_MESSAGES) or actor.user_id is None:
        return ()
    user_id, approves = actor.user_id, actor.may(Permission.APPROVE_MESSAGES)
    waiting = (Drafts.state == DraftState.AWAITING_APPROVAL) | (
        (Drafts.state == DraftState.OPEN) & (Drafts.refusal != "")
    )
    return tuple(
        draft
        for draft in _list(database, waiting)
        if (user_id in draft.authors if draft.state is DraftState.OPEN else approves and user_id not in draft.authors)
    )


def count_waiting_for(database: Database, actor: Actor) -> int:
    """How many messages wait for this actor: `list_waiting_for`."""
    return len(list_waiting_for(database, actor))


def list_audio_in_use(database: Database, at: datetime) -> frozenset[str]:
    """The content hashes of the audio of drafts that are open or can be brought back."""
    with database.read() as connection:
        live = Drafts.state.in_(OPEN_STATES) | _is_kept(at)
        return frozenset(connection.scalars(select(Drafts.audio).where(live)))


def save_draft(database: Database, actor: Actor, publication: Publication, *, at: datetime) -> Draft:
    """The draft with the content and the period of a publication that is still being prepared.

    Raises Forbidden, NotFound, DraftChanged, DraftClosed.
    """
    with database.write() as connection:
        draft = lock_draft(connection, actor, publication.draft.id, publication.revision)
        return set_draft(connection, draft, actor, at, **_columns(publication))


def set_audio(database: Database, actor: Actor, publication: Publication, audio: DraftAudio, *, at: datetime) -> Draft:
    """The draft with another sound, which the synthetic voice spoke. Raises as `save_draft`."""
    with database.write() as connection:
        draft = lock_draft(connection, actor, publication.draft.id, publication.revision)
        return set_draft(connection, draft, actor, at, **_columns(publication), **audio_columns(audio))


def submit_for_approval(database: Database, actor: Actor, publication: Publication, *, at: datetime) -> Draft:
    """The draft, submitted for a second person to approve. Raises as `save_draft`."""
    with database.write() as connection:
        draft = lock_draft(connection, actor, publication.draft.id, publication.revision)
        state = {"state": DraftState.AWAITING_APPROVAL, "refusal": ""}
        submitted = set_draft(connection, draft, actor, at, **_columns(publication), **state)
        changes.record(connection, actor, "message.hand_in", draft.announcement, after=_change_fields(submitted), at=at)
        return submitted


def return_for_changes(
    database: Database, actor: Actor, draft_id: int, revision: int, reason: str, *, at: datetime
) -> Draft:
    """A submitted draft, open again; its authors see the reason, which only they may leave out.

    Raises as `save_draft`, RefusalWithoutReason.
    """
    with database.write() as connection:
        before = lock_draft(connection, actor, draft_id, revision)
        taken_back = actor.user_id in before.authors
        if not (reason or taken_back):
            raise RefusalWithoutReason("Write why this message is sent back; its author reads it.")
        refusal = {} if taken_back else {"refusal": reason, "refused_by": actor.name, "refused_at": at}
        returned = set_draft(connection, before, actor, at, state=DraftState.OPEN, **refusal)
        _record_state(connection, actor, "message.send_back", before, returned, at)
        return returned


def discard_draft(database: Database, actor: Actor, draft_id: int, revision: int, *, at: datetime) -> Draft:
    """The draft, discarded; `restore_draft` brings it back. Raises as `save_draft`."""
    with database.write() as connection:
        before = lock_draft(connection, actor, draft_id, revision)
        discarded = set_draft(connection, before, actor, at, state=DraftState.DISCARDED)
        _record_state(connection, actor, "message.discard", before, discarded, at)
        return discarded


def restore_draft(database: Database, actor: Actor, draft_id: int, *, at: datetime) -> Draft:
    """A draft that was discarded at most DISCARDED_KEPT ago, open again. Raises Forbidden, NotFound."""
    actor.require(Permission.PUBLISH_MESSAGES)
    with database.write() as connection:
        kept = select(Drafts.id).where(Drafts.id == draft_id, _is_kept(at)).with_for_update()
        if connection.scalar(kept) is None:
            raise NotFound("This draft can no longer be brought back.")
        before = get_draft_in(connection, draft_id)
        require_editor(actor, before.prompt)
        restored = set_draft(connection, before, actor, at, state=DraftState.OPEN)
        _record_state(connection, actor, "message.restore", before, restored, at)
        return restored


def find_newest_version(versions: Iterable[MessageVersion]) -> MessageVersion | None:
    """The version published last, without those of blackout periods and withdrawn ones.

    It tells whether another publisher was faster.
    """
    candidates = (each for each in versions if not each.blackout_period and each.withdrawn_at is None)
    return max(candidates, key=lambda each: each.id, default=None)


def may_approve(actor: Actor, draft: Draft) -> bool:
    """Whether this actor may be the second person who approves the draft."""
    return (
        actor.user_id is not None
        and actor.may(Permission.APPROVE_MESSAGES)
        and is_eligible_approver(actor.user_id, draft.authors)
    )


def _list(database: Database, condition: ColumnElement[bool]) -> tuple[Draft, ...]:
    with database.read() as connection:
        rows = select_drafts().where(condition).order_by(Drafts.revised_at.desc(), Drafts.id.desc())
        return tuple(to_draft(row) for row in connection.execute(rows))


def _is_kept(at: datetime) -> ColumnElement[bool]:
    return (Drafts.state == DraftState.DISCARDED) & (Drafts.revised_at > at - DISCARDED_KEPT)


def _columns(publication: Publication) -> dict[str, object]:
    period = publication.period
    return {**content_columns(publication.content), "valid_from": period.start, "valid_until": period.end}


def _change_fields(draft: Draft) -> dict[str, object]:
    content = draft.content
    return {"draft": draft.id, "sound": draft.audio.sha256, "from_s": content.from_s, "until_s": content.until_s}


def _record_state(connection: Connection, actor: Actor, kind: str, before: Draft, after: Draft, at: datetime) -> None:
    was, now = ({"draft": draft.id, "state": draft.state} for draft in (before, after))
    reason = {"reason": after.refusal.reason} if after.refusal and kind == "message.send_back" else {}
    subject = after.announcement or after.prompt
    changes.record(connection, actor, kind, subject, before=was, after={**now, **reason}, at=at)
