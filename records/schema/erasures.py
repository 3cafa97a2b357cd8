"""People whom somebody asked to erase, and how far each erasure has come."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import Table, partial_unique_index


class ErasureJob(Table):
    """An erasure, step by step, so that any process goes on where another one was killed."""

    __tablename__ = "erasure_job"
    __table_args__ = (partial_unique_index("one_open_erasure", "done_at IS NULL", "contact_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(index=True)
    """The card; no foreign key, for it goes."""
    by: Mapped[str]
    user_id: Mapped[int | None]
    asked_at: Mapped[datetime]
    step: Mapped[str] = mapped_column(String(12))
    """The last step that is done."""
    problem: Mapped[str] = mapped_column(String(12))
    """Why the next step could not be done when it was last tried; "": nothing stood in its way."""
    tried_at: Mapped[datetime | None]
    sealed: Mapped[str | None]
    """Whom to look for in files once the rows are gone, encrypted with a key outside the database; until the end."""
    report: Mapped[dict[str, Any]]
    """What is left at the end: names of files, never what they hold."""
    done_at: Mapped[datetime | None]
