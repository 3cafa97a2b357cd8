"""Rows of drafts: read, locked for an actor who saw a revision of them, and changed."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.orm import aliased

from records.actor import Actor
from records.errors import NotFound
from records.messages.draft_types import (
    AirPeriod,
    Draft,
    DraftAudio,
    DraftChanged,
    DraftClosed,
    DraftContent,
    DraftState,
    Refusal,
)
from records.schema import EditedVersion, User
from records.schema import MessageDraft as Drafts
from routing.access.permissions import Permission

OPEN_STATES = (DraftState.OPEN, DraftState.AWAITING_APPROVAL)


def require_editor(actor: Actor, prompt: str) -> None:
    """Raises Forbidden for an actor who may not edit drafts of prompts, or of messages (`prompt` is "")."""
    actor.require(Permission.REPLACE_PROMPTS if prompt else Permission.PUBLISH_MESSAGES)


def add_draft(connection: Connection, row: dict[str, object], edited_version: int | None = None) -> Draft:
    """Stores a new draft."""
    draft_id = connection.execute(insert(Drafts).values(row).returning(Drafts.id)).scalar_one()
    if edited_version:
        connection.execute(insert(EditedVersion).values(draft_id=draft_id, version_id=edited_version))
    return get_draft_in(connection, draft_id)


def lock_draft(connection: Connection, actor: Actor, draft_id: int, revision: int) -> Draft:
    """The draft as the actor saw it, locked until the end of the transaction.

    Raises Forbidden, NotFound, DraftChanged, DraftClosed.
    """
    connection.execute(select(Drafts.id).where(Drafts.id == draft_id).with_for_update())
    draft = get_draft_in(connection, draft_id)
    require_editor(actor, draft.prompt)
    if draft.state not in OPEN_STATES:
        raise DraftClosed(draft)
    if draft.revision != revision:
        raise DraftChanged(draft)
    return draft


def set_draft(connection: Connection, draft: Draft, actor: Actor, at: datetime, **values: object) -> Draft:
    """Changes columns of the draft.

    Only an edit makes its actor an author: one who approves, returns or discards the draft does not become one.
    """
    written = {"from_s", "until_s", "text"} <= values.keys() and values.get("state") != DraftState.PUBLISHED
    authors = _join_authors(draft.authors | {actor.user_id or 0})
    by = {"changed_by": actor.user_id, "changed_at": at, "authors": authors} if written else {}
    row = {"revision": Drafts.revision + 1, "revised_by": actor.name, "revised_at": at, **values, **by}
    connection.execute(update(Drafts).where(Drafts.id == draft.id).values(row))
    return get_draft_in(connection, draft.id)


def content_columns(content: DraftContent) -> dict[str, object]:
    return {"from_s": content.from_s, "until_s": content.until_s, "text": content.text, "title": content.title}


def audio_columns(audio: DraftAudio) -> dict[str, object]:
    return {
        "audio": audio.sha256,
        "original_name": audio.original_name,
        "media_type": audio.media_type,
        "seconds": audio.seconds,
        "level_dbfs": audio.level_dbfs,
        "loudness": audio.loudness,
        "voice": audio.voice,
        "said": audio.said,
    }


@cache
def select_drafts() -> Any:
    """All columns that `to_draft` needs. Built once: every page counts drafts."""
    maker, changer = aliased(User), aliased(User)
    names = (maker.name.label("maker"), changer.name.label("changer"), EditedVersion.version_id.label("edited"))
    rows = select(*Drafts.__table__.c, *names).join(maker, maker.id == Drafts.made_by)
    rows = rows.join(changer, changer.id == Drafts.changed_by)
    return rows.outerjoin(EditedVersion, EditedVersion.draft_id == Drafts.id)


def get_draft_in(connection: Connection, draft_id: int) -> Draft:
    """Raises NotFound."""
    row = connection.execute(select_drafts().where(Drafts.id == draft_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no draft {draft_id}.")
    return to_draft(row)


def to_draft(row: Row[Any]) -> Draft:
    audio = DraftAudio(
        row.audio,
        row.original_name,
        row.media_type,
        row.seconds,
        row.level_dbfs,
        row.loudness,
        row.voice,
        row.said,
    )
    return Draft(
        row.id,
        row.announcement,
        audio,
        DraftContent(row.from_s, row.until_s, row.text, row.title),
        AirPeriod(row.valid_from, row.valid_until),
        DraftState(row.state),
        row.revision,
        row.made_at,
        row.maker,
        row.changed_at,
        row.changer,
        frozenset(int(number) for number in row.authors.split()) | {row.made_by, row.changed_by},
        row.version_id,
        row.prompt,
        row.revised_at or row.changed_at,
        row.revised_by or row.changer,
        Refusal(row.refusal, row.refused_by, row.refused_at) if row.refusal else None,
        row.edited,
    )


def _join_authors(authors: frozenset[int]) -> str:
    return " ".join(str(number) for number in sorted(authors) if number)
