"""Trunks to operators, and what Asterisk last said of trunks and telephones."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import Table


class Trunk(Table):
    """A trunk. One that was removed keeps its name, so that the settings file does not bring it back."""

    __tablename__ = "trunk"

    name: Mapped[str] = mapped_column(String(30), primary_key=True)
    """The name in Asterisk and in `sip:` of the plan."""
    label: Mapped[str]
    """The name that people gave it."""
    position: Mapped[int]
    """The lowest one carries callbacks and calls to agents' outside numbers."""
    settings: Mapped[str]
    """JSON of everything but the password (routing/trunks.py)."""
    secret: Mapped[str | None]
    """The password, encrypted (records/secret_box.py)."""
    added_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class EndpointState(Table):
    """What Asterisk knows about a telephone or a trunk; its words, "" for what it does not know."""

    __tablename__ = "endpoint_state"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    """A SIP account, or the name of a trunk."""
    contact: Mapped[str] = mapped_column(String(16))
    registration: Mapped[str] = mapped_column(String(16))
    checked_at: Mapped[datetime]
    reached_at: Mapped[datetime | None]
    """When it was last seen to be reached; None: never."""
