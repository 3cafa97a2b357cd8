"""Messages on their way to the air: a sound that somebody handed in, cut, worded, and at last published or put aside.

Two people may have the same draft open: who saves it names the revision that he saw, and is told of the other's.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.orm import aliased

from records import changes, messages, plans
from records.base import Base
from records.errors import NotFound
from records.message_draft import (
    Draft,
    DraftChanged,
    DraftOver,
    DraftState,
    NeedsSecond,
    NotTheSecond,
    Overtaken,
    Period,
    Sound,
    Wording,
)
from records.schema import Account
from records.schema import MessageDraft as Drafts
from records.viewer import Viewer
from routing.approval import Approval, may_agree
from routing.messages import MessageVersion
from routing.permissions import Right


def keep(base: Base, viewer: Viewer, slot: str, sound: Sound, wording: Wording, *, at: datetime) -> Draft:
    """A new draft. Raises Forbidden."""
    viewer.demand(Right.PUBLISH_MESSAGES)
    row = {
        "slot": slot,
        "sound": sound.sha256,
        "original_name": sound.original_name,
        "media_type": sound.media_type,
        "seconds": sound.seconds,
        "level_dbfs": sound.level_dbfs,
        "loudness": sound.loudness,
        **_columns(wording),
        "state": DraftState.OPEN,
        "revision": 1,
        "made_at": at,
        "made_by": viewer.account_id,
        "changed_at": at,
        "changed_by": viewer.account_id,
    }
    with base.write() as connection:
        return _draft(connection, connection.execute(insert(Drafts).values(row).returning(Drafts.id)).scalar_one())


def show(base: Base, viewer: Viewer, draft_id: int) -> Draft:
    """Raises Forbidden, NotFound."""
    viewer.demand(Right.PUBLISH_MESSAGES)
    with base.read() as connection:
        return _draft(connection, draft_id)


def under_way(base: Base, viewer: Viewer, slots: Iterable[str]) -> tuple[Draft, ...]:
    """The drafts that are neither published nor discarded, last changed first; none for who may not publish."""
    if not viewer.may(Right.PUBLISH_MESSAGES):
        return ()
    with base.read() as connection:
        live = Drafts.state.in_((DraftState.OPEN, DraftState.WAITING)) & Drafts.slot.in_(tuple(slots))
        rows = _rows().where(live).order_by(Drafts.changed_at.desc(), Drafts.id.desc())
        return tuple(_of(row) for row in connection.execute(rows))


def sounds_in_use(base: Base) -> frozenset[str]:
    """The content hashes of the sounds that drafts under way are made of."""
    with base.read() as connection:
        live = Drafts.state.in_((DraftState.OPEN, DraftState.WAITING))
        return frozenset(connection.scalars(select(Drafts.sound).where(live)))


def save(base: Base, viewer: Viewer, draft_id: int, revision: int, wording: Wording, *, at: datetime) -> Draft:
    """The draft with this wording. Raises Forbidden, NotFound, DraftChanged, DraftOver."""
    viewer.demand(Right.PUBLISH_MESSAGES)
    with base.write() as connection:
        _taken(connection, draft_id, revision)
        return _set(connection, draft_id, viewer, at, **_columns(wording))


def hand_in(
    base: Base, viewer: Viewer, draft_id: int, revision: int, wording: Wording, period: Period, *, at: datetime
) -> Draft:
    """The draft, for a second person to approve. Raises as `save`."""
    viewer.demand(Right.PUBLISH_MESSAGES)
    with base.write() as connection:
        draft = _taken(connection, draft_id, revision)
        wish = {"valid_from": period.start, "valid_until": period.end, "state": DraftState.WAITING}
        handed_in = _set(connection, draft_id, viewer, at, **_columns(wording), **wish)
        changes.write(connection, viewer, "message.hand_in", draft.slot, after=_told(handed_in), at=at)
        return handed_in


def publish(
    base: Base,
    viewer: Viewer,
    draft_id: int,
    revision: int,
    wording: Wording,
    period: Period,
    audio: messages.Audio,
    *,
    seen: int | None,
    second: bool = False,
    at: datetime,
) -> MessageVersion:
    """The version that `audio`, made from the draft with this wording, is from now on.

    `seen`: the newest version of the slot that the person knows of (None: of none). `second`: this person approves
    what others have made. Raises as `save`, Overtaken, NeedsSecond, NotTheSecond.
    """
    viewer.demand(Right.APPROVE_MESSAGES if second else Right.PUBLISH_MESSAGES)
    with base.write() as connection:
        draft = _taken(connection, draft_id, revision)
        messages.take_turn_at(connection, draft.slot)
        newest = newest_of(messages.versions_of(connection, draft.slot))
        if newest and newest.id != seen:
            raise Overtaken(newest)
        if second:
            _refuse_the_author(viewer, draft)
        elif _needs_second(connection, draft.slot):
            raise NeedsSecond("A second person must approve messages here; hand this one in for approval.")
        by = draft.changed_by if second else viewer.name
        start = max(period.start or at, at) if second else period.start or at
        new = MessageVersion(messages.UNNUMBERED, draft.slot, audio.sha256, start, period.end, at, by, wording.text)
        version = messages.publish_in(connection, new, audio)
        ended = {"state": DraftState.PUBLISHED, "version_id": version.id, **_columns(wording)}
        _set(connection, draft_id, viewer, at, **ended)
        kind = "message.approve" if second else "message.publish"
        before = {"version": newest.id if newest else None}
        changes.write(connection, viewer, kind, draft.slot, before=before, after=messages.told(version), at=at)
        return version


def send_back(base: Base, viewer: Viewer, draft_id: int, revision: int, *, at: datetime) -> Draft:
    """A draft that waited for approval, open again. Raises as `save`."""
    return _move(base, viewer, draft_id, revision, DraftState.OPEN, "message.send_back", at)


def discard(base: Base, viewer: Viewer, draft_id: int, revision: int, *, at: datetime) -> Draft:
    """The draft is put aside. Raises as `save`."""
    return _move(base, viewer, draft_id, revision, DraftState.DISCARDED, "message.discard", at)


def put_back(base: Base, viewer: Viewer, version_id: int, *, at: datetime) -> MessageVersion:
    """A version that was on air before, on air once more. Raises Forbidden, NotFound."""
    viewer.demand(Right.PUBLISH_MESSAGES)
    with base.write() as connection:
        slot = messages.slot_of(connection, version_id)
        messages.take_turn_at(connection, slot)
        known = messages.versions_of(connection, slot)
        before = next(version for version in known if version.id == version_id)
        if before.embargo:
            raise NotFound("This is the neutral message of an embargo; it is on air during that one alone.")
        newest = newest_of(known)
        again = messages.put_back_in(connection, before, by=viewer.name, at=at)
        told = {"version": newest.id if newest else None}
        after = {**messages.told(again), "again": version_id}
        changes.write(connection, viewer, "message.put_back", slot, before=told, after=after, at=at)
        return again


def newest_of(versions: Iterable[MessageVersion]) -> MessageVersion | None:
    """The version of a slot published last, embargoes left out: what tells whether somebody was quicker."""
    return max((each for each in versions if not each.embargo), key=lambda each: each.id, default=None)


def _needs_second(connection: Connection, slot: str) -> bool:
    plan = plans.in_force(connection)
    return plan is not None and slot in plan.slots and plan.slots[slot].approval is Approval.SECOND


def _refuse_the_author(viewer: Viewer, draft: Draft) -> None:
    if viewer.account_id is None or not may_agree(viewer.account_id, draft.authors):
        raise NotTheSecond("Somebody else must approve what you have made yourself; ask a colleague.")


def _move(
    base: Base, viewer: Viewer, draft_id: int, revision: int, state: DraftState, kind: str, at: datetime
) -> Draft:
    viewer.demand(Right.PUBLISH_MESSAGES)
    with base.write() as connection:
        before = _taken(connection, draft_id, revision)
        moved = _set(connection, draft_id, viewer, at, state=state)
        told = ({"draft": draft_id, "state": draft.state} for draft in (before, moved))
        changes.write(connection, viewer, kind, moved.slot, before=next(told), after=next(told), at=at)
        return moved


def _taken(connection: Connection, draft_id: int, revision: int) -> Draft:
    """The draft as the person saw it, held until the transaction is over."""
    connection.execute(select(Drafts.id).where(Drafts.id == draft_id).with_for_update())
    draft = _draft(connection, draft_id)
    if draft.state in (DraftState.PUBLISHED, DraftState.DISCARDED):
        raise DraftOver(draft)
    if draft.revision != revision:
        raise DraftChanged(draft)
    return draft


def _set(connection: Connection, draft_id: int, viewer: Viewer, at: datetime, **values: object) -> Draft:
    """An author stays one: who only approves, sends back or puts aside does not become the draft's last author."""
    written = {"from_s", "until_s", "text"} <= values.keys() and values.get("state") != DraftState.PUBLISHED
    by = {"changed_by": viewer.account_id, "changed_at": at} if written else {}
    row = {"revision": Drafts.revision + 1, **values, **by}
    connection.execute(update(Drafts).where(Drafts.id == draft_id).values(row))
    return _draft(connection, draft_id)


def _columns(wording: Wording) -> dict[str, object]:
    return {"from_s": wording.from_s, "until_s": wording.until_s, "text": wording.text}


def _told(draft: Draft) -> dict[str, object]:
    wording = draft.wording
    return {"draft": draft.id, "sound": draft.sound.sha256, "from_s": wording.from_s, "until_s": wording.until_s}


def _rows() -> Any:
    maker, changer = aliased(Account), aliased(Account)
    names = (maker.name.label("maker"), changer.name.label("changer"))
    rows = select(*Drafts.__table__.c, *names).join(maker, maker.id == Drafts.made_by)
    return rows.join(changer, changer.id == Drafts.changed_by)


def _draft(connection: Connection, draft_id: int) -> Draft:
    row = connection.execute(_rows().where(Drafts.id == draft_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no draft {draft_id}.")
    return _of(row)


def _of(row: Row[Any]) -> Draft:
    return Draft(
        row.id,
        row.slot,
        Sound(row.sound, row.original_name, row.media_type, row.seconds, row.level_dbfs, row.loudness),
        Wording(row.from_s, row.until_s, row.text),
        Period(row.valid_from, row.valid_until),
        DraftState(row.state),
        row.revision,
        row.made_at,
        row.maker,
        row.changed_at,
        row.changer,
        frozenset((row.made_by, row.changed_by)),
        row.version_id,
    )
