"""Where messages recorded by telephone are kept."""

from dataclasses import dataclass
from pathlib import Path

from records.database.engine import Database


@dataclass(frozen=True, slots=True)
class RecordingStorage:
    """The database and the folders of drafts, of published messages, and of recordings that Asterisk is writing."""

    database: Database
    drafts: Path
    messages: Path
    recordings: Path
