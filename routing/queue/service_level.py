"""The service level: of the callers who waited for a person, the share who got one within so many seconds."""

from dataclasses import dataclass

SHORT_ABANDON_S = 5
"""Who hangs up within so many seconds had perhaps dialled a wrong number: counted apart, not against the team."""


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """Callers who have left the queue. `in_time`: of those `answered`; `abandoned` is without the `short` ones."""

    answered: int = 0
    in_time: int = 0
    abandoned: int = 0
    short: int = 0

    @property
    def share(self) -> float | None:
        """Answered in time, of all who were answered or gave up after a while; None while there is nobody."""
        counted = self.answered + self.abandoned
        return self.in_time / counted if counted else None

    def __add__(self, other: "ServiceLevel") -> "ServiceLevel":
        return ServiceLevel(
            self.answered + other.answered,
            self.in_time + other.in_time,
            self.abandoned + other.abandoned,
            self.short + other.short,
        )
