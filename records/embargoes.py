"""Times in which a neutral message alone is heard and nobody is called back, such as the silence before an election."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from records import changes, messages
from records.base import Base
from records.errors import NotFound, RecordsError
from records.schema import Embargo as Embargoes
from records.viewer import Viewer
from routing.messages import Embargo, MessageVersion, in_force
from routing.permissions import Right


class EmbargoRefused(RecordsError):
    """Its time is over before it begins, or gone by."""


def all(base: Base) -> tuple[Embargo, ...]:
    """Every one, in order of time."""
    with base.read() as connection:
        return _all(connection)


def holds(connection: Connection, at: datetime) -> bool:
    """Whether callbacks are held at `at`, for the sake of an embargo."""
    return in_force(_all(connection), at) is not None


def impose(
    base: Base,
    viewer: Viewer,
    *,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    audio: messages.Audio,
    text: str,
    slots: Iterable[str],
    at: datetime,
) -> Embargo:
    """From `starts_at` until `ends_at` the neutral message `audio` is heard in each of `slots`, and nobody is called
    back. Raises Forbidden, EmbargoRefused."""
    viewer.demand(Right.APPROVE_MESSAGES)
    if ends_at <= max(starts_at, at):
        raise EmbargoRefused("This embargo would be over before it began; choose a later end.")
    with base.write(wakes=True) as connection:
        row = {"starts_at": starts_at, "ends_at": ends_at, "reason": reason, "by": viewer.name, "set_at": at}
        number = connection.execute(insert(Embargoes).values(row).returning(Embargoes.id)).scalar_one()
        embargo = Embargo(number, starts_at, ends_at, reason, viewer.name)
        for slot in slots:
            messages.take_turn_at(connection, slot)
            new = MessageVersion(
                messages.UNNUMBERED, slot, audio.sha256, starts_at, ends_at, at, viewer.name, text, number
            )
            messages.publish_in(connection, new, audio)
        changes.write(connection, viewer, "embargo.impose", reason, after=_told(embargo), at=at)
        return embargo


def lift(base: Base, viewer: Viewer, embargo_id: int, *, at: datetime) -> None:
    """It holds no longer, or never will. Raises Forbidden, NotFound when there is none that holds or is to come."""
    viewer.demand(Right.APPROVE_MESSAGES)
    with base.write(wakes=True) as connection:
        live = (Embargoes.id == embargo_id, Embargoes.lifted_at.is_(None), Embargoes.ends_at > at)
        lifted = update(Embargoes).where(*live).values(lifted_at=at).returning(Embargoes.reason)
        reason = connection.execute(lifted).scalar_one_or_none()
        if reason is None:
            raise NotFound("There is no such embargo any more; look at the list again.")
        changes.write(connection, viewer, "embargo.lift", reason, after={"embargo": embargo_id}, at=at)


def _all(connection: Connection) -> tuple[Embargo, ...]:
    columns = [column for column in Embargoes.__table__.c if column.name != "set_at"]
    rows = connection.execute(select(*columns).order_by(Embargoes.starts_at, Embargoes.id))
    return tuple(Embargo(**row._mapping) for row in rows)


def _told(embargo: Embargo) -> dict[str, object]:
    return {"embargo": embargo.id, "from": embargo.starts_at.isoformat(), "until": embargo.ends_at.isoformat()}
