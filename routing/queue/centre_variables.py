"""The overflow centres as channel variables, which the context [centres] of the dialplan reads."""

from collections.abc import Iterable

from dialplan import names
from routing.plan.model import OverflowCentre


def centre_variables(centres: Iterable[OverflowCentre]) -> dict[str, str]:
    """CENTRE_CANDIDATE_1, _2 and so on: name, number, trunk, caller ID, seconds of ringing. The last one is empty."""
    values = [f"{c.name},{c.number or ''},{c.trunk or ''},{c.caller_id},{c.ring_s}" for c in centres]
    return {f"{names.CENTRE_CANDIDATE}_{place}": value for place, value in enumerate([*values, ""], start=1)}
