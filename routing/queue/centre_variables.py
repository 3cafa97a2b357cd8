"""The overflow centres as channel variables, which the context [dial-centres] of the dialplan reads."""

from collections.abc import Callable, Iterable

from dialplan import names
from routing.centres.codes import derive_code
from routing.centres.contract import CodeTold
from routing.plan.model import OverflowCentre

# User-to-User (RFC 7433) carries text as ISDN does: octet 4 announces IA5 characters (ITU-T Q.931, 4.5.30).
_IA5 = "04"


def centre_variables(
    centres: Iterable[OverflowCentre], new_reference: Callable[[], str] = str, *, language: str = ""
) -> dict[str, str]:
    """CENTRE_CANDIDATE_1, _2 and so on: name, number, trunk, caller ID, seconds of ringing. The last one is empty.

    The reference of the hand-off follows, the value of its User-to-User header, the most calls at once ("" for any
    number), the code of the call and the language in which it is said ("" for none). `new_reference` makes a reference
    for each centre, so that no centre knows that of another; by default these are empty, and the dialplan makes the
    reference itself. `language` is that of the organisation.
    """
    values = [_candidate(centre, new_reference(), language) for centre in centres]
    return {f"{names.CENTRE_CANDIDATE}_{place}": value for place, value in enumerate([*values, ""], start=1)}


def user_to_user(reference: str) -> str:
    """The reference in hexadecimal, as the header User-to-User carries it; "" for none."""
    return f"{_IA5}{reference.encode().hex()}" if reference else ""


def _candidate(centre: OverflowCentre, reference: str, language: str) -> str:
    told = centre.contract.code if reference else CodeTold.HIDDEN
    code = "" if told is CodeTold.HIDDEN else derive_code(reference)
    spoken = language if told is CodeTold.SPOKEN else ""
    where = f"{centre.name},{centre.number or ''},{centre.trunk or ''},{centre.caller_id},{centre.ring_s}"
    return f"{where},{reference},{user_to_user(reference)},{centre.contract.capacity or ''},{code},{spoken}"
