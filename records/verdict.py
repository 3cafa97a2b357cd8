"""The answer of one check of `doctor`, in one form for every room of the house."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """`sentence` says what was found; `mend` says what to do about it, and is None when nothing is wrong."""

    name: str
    ok: bool
    sentence: str
    mend: str | None = None
