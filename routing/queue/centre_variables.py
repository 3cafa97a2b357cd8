"""The overflow centres as channel variables, which the context [dial-centres] of the dialplan reads."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta

from dialplan import names
from routing.centres.codes import derive_code
from routing.centres.contract import CodeTold
from routing.plan.model import OverflowCentre, Plan

# User-to-User (RFC 7433) carries text as ISDN does: octet 4 announces IA5 characters (ITU-T Q.931, 4.5.30).
_IA5 = "04"


def centre_variables(
    plan: Plan, centres: Iterable[OverflowCentre], new_reference: Callable[[], str] = str
) -> dict[str, str]:
    """CENTRE_CANDIDATE_1, _2 and so on: name, number, trunk, caller ID, seconds of ringing. The last one is empty.

    The reference of the hand-off follows, the value of its User-to-User header, the most calls at once ("" for any
    number), the code of the call and the language in which it is said ("" for none), which is the first one of the
    plan; then the moments at which the contract begins and at which it is over, in seconds of Unix time ("" without).
    `new_reference` makes a reference for each centre, so that no centre knows that of another; by default these are
    empty, and the dialplan makes the reference itself.
    """
    values = [_candidate(plan, centre, new_reference()) for centre in centres]
    return {f"{names.CENTRE_CANDIDATE}_{place}": value for place, value in enumerate([*values, ""], start=1)}


def user_to_user(reference: str) -> str:
    """The reference in hexadecimal, as the header User-to-User carries it; "" for none."""
    return f"{_IA5}{reference.encode().hex()}" if reference else ""


def _candidate(plan: Plan, centre: OverflowCentre, reference: str) -> str:
    told = centre.contract.code if reference else CodeTold.HIDDEN
    code = "" if told is CodeTold.HIDDEN else derive_code(reference)
    spoken = plan.languages[0] if told is CodeTold.SPOKEN else ""
    where = f"{centre.name},{centre.number or ''},{centre.trunk or ''},{centre.caller_id},{centre.ring_s}"
    call = f"{reference},{user_to_user(reference)},{centre.contract.capacity or ''},{code},{spoken}"
    last = centre.contract.ends_on
    over = last + timedelta(days=1) if last else None
    return f"{where},{call},{_midnight(plan, centre.contract.starts_on)},{_midnight(plan, over)}"


def _midnight(plan: Plan, day: date | None) -> str:
    return str(int(datetime.combine(day, time(), plan.timezone).timestamp())) if day else ""
