"""The recordings of published messages, each stored once, by the hash of its content."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, insert, select

from records.database.engine import Database
from records.database.get_or_create import get_or_create
from records.errors import NotFound
from records.schema import Audio as Audios
from routing.messages import MessageVersion


@dataclass(frozen=True, slots=True)
class Audio:
    """A recording ready for the air. `sha256`: 64 hexadecimal digits of its content; `media_type`: of the upload."""

    sha256: str
    seconds: float
    media_type: str
    original_name: str
    level_dbfs: float | None = None
    peak_dbfs: float | None = None


def get_audio(database: Database, sha256: str) -> Audio:
    """The recording with this hash. Raises NotFound."""
    with database.read() as connection:
        row = connection.execute(select(*Audios.__table__.c).where(Audios.sha256 == sha256)).one_or_none()
        if row is None:
            raise NotFound(f"There is no recording {sha256}.")
        return Audio(**row._mapping)


def get_audio_lengths(database: Database, versions: Iterable[MessageVersion]) -> dict[str, float]:
    """The lengths of the recordings of these versions in seconds, by content hash."""
    wanted = {version.audio for version in versions}
    rows = select(Audios.sha256, Audios.seconds).where(Audios.sha256.in_(wanted))
    with database.read() as connection:
        return {row.sha256: row.seconds for row in connection.execute(rows)} if wanted else {}


def save_audio_in(connection: Connection, audio: Audio) -> None:
    """Stores the recording, inside a transaction; equal content is stored once, under the name it first came with."""
    existing = select(Audios.sha256).where(Audios.sha256 == audio.sha256)
    get_or_create(connection, existing, insert(Audios).values(asdict(audio)).returning(Audios.sha256))
