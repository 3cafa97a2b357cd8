"""Calls put on record, for tests that need some and do not mind how they came in."""

from datetime import datetime
from typing import Any

from records import calls
from records.base import Base
from records.calls import OpenedCall

OURS = "+33199000000"
ANYBODY = "+33639980001"
PATIENT_MS = 5000  # other processes of the test may be writing


def arrived(base: Base, ref: str, at: datetime, caller: str | None = ANYBODY, **told: Any) -> OpenedCall:
    """`caller` None: he withholds his number. `told`: what else is to differ, by the names of `calls.open_call`."""
    usual = {"landing": OURS, "public_number": OURS, "withheld": caller is None, "language": "fr", "plan_version": None}
    return calls.open_call(base, ref, caller=caller, at=at, wait_ms=PATIENT_MS, **{**usual, **told})
