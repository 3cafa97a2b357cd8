"""The manual overrides that decide before the plan does."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ManualOverrides:
    """What staff have switched by hand: `closed` closes every number, `overflow` hands every call over."""

    closed: bool = False
    overflow: bool = False


NO_OVERRIDES = ManualOverrides()
