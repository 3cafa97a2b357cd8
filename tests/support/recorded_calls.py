"""Recorded calls, for tests that need some."""

from datetime import datetime
from typing import Any

from records.calls import calls
from records.calls.calls import OpenedCall
from records.database.engine import Database

PUBLIC_NUMBER = "+33199000000"
CALLER = "+33639980001"
WAIT_MS = 5000  # other processes of the test may be writing


def record_call(database: Database, ref: str, at: datetime, caller: str | None = CALLER, **fields: Any) -> OpenedCall:
    """`caller` None: the caller ID is withheld. `fields`: other arguments of `calls.open_call` that differ."""
    usual = {
        "landing": PUBLIC_NUMBER,
        "public_number": PUBLIC_NUMBER,
        "withheld": caller is None,
        "language": "fr",
        "plan_version": None,
    }
    return calls.open_call(database, ref, caller=caller, at=at, wait_ms=WAIT_MS, **{**usual, **fields})
