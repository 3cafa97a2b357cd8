"""The code of a call that was handed over: four digits that an agent hears, or reads, and types to see its card.

It follows from the random reference of the hand-off, so that nothing more has to be agreed or stored. It opens nothing
by itself: it is taken from agents of the centre that was given the call, while the call lasts.
"""

import hashlib
import re

DIGITS = 4
_TYPED = re.compile(rf"[0-9]{{{DIGITS}}}", re.ASCII)


def derive_code(reference: str) -> str:
    """The code of the hand-off with this reference."""
    digest = hashlib.sha256(f"code of {reference}".encode()).digest()
    return f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}}"


def parse_code(typed: str) -> str | None:
    """The code that somebody typed, with or without spaces; None for what is no code."""
    digits = "".join(typed.split())
    return digits if _TYPED.fullmatch(digits) else None
