"""Which calls belong to a share of all calls."""

import hashlib


def share_draw(call_ref: str) -> float:
    """The draw of a call: evenly distributed over [0, 1), and the same at each question.

    With a new draw at each question nearly every caller who waits long enough would be handed over.
    """
    return int.from_bytes(hashlib.sha256(call_ref.encode()).digest()[:6]) / 2**48
