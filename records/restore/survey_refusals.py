"""Who does not want to be asked about their satisfaction: a restore has the newest state, not that of the backup."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from records.schema import SatisfactionAsked

_REFUSED = SatisfactionAsked.refused_at.is_not(None)


def state_of_refusals(connection: Connection) -> tuple[object, ...]:
    """Differs whenever somebody has refused, or has taken a refusal back."""
    state = select(func.count(), func.max(SatisfactionAsked.refused_at)).where(_REFUSED)
    return tuple(connection.execute(state).one())


def read_refusals(connection: Connection) -> dict[str, datetime]:
    """When they refused, by the keyed hashes of their numbers."""
    rows = select(SatisfactionAsked.hash, SatisfactionAsked.refused_at).where(_REFUSED)
    return {hashed: at for hashed, at in connection.execute(rows) if at is not None}


def replace_refusals(connection: Connection, refusals: Mapping[str, datetime], *, before: datetime) -> None:
    """Makes the refusals of a copy these; one that is not among them counts as taken back if it is from `before`."""
    known = read_refusals(connection)
    for hashed in [hashed for hashed, at in known.items() if at < before and hashed not in refusals]:
        _set_refused(connection, hashed, None)
    for hashed, at in refusals.items():
        if hashed not in known and not _set_refused(connection, hashed, at):
            connection.execute(insert(SatisfactionAsked).values(hash=hashed, asked_at=at, refused_at=at))


def _set_refused(connection: Connection, hashed: str, at: datetime | None) -> bool:
    of_number = update(SatisfactionAsked).where(SatisfactionAsked.hash == hashed)
    return connection.execute(of_number.values(refused_at=at)).rowcount == 1
