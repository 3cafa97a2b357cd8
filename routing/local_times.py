"""Times on local clocks and the instants that they mean, also in the two nights of a year in which clocks change."""

from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from translations.message import Message, translatable


class ClockPass(StrEnum):
    """Which of the two times is meant that clocks show twice: before they go back, or after."""

    FIRST = "first"
    SECOND = "second"


class LocalTimeError(ValueError):
    """A time that clocks do not show, or show twice (`is_repeated`); `message` says what to do."""

    def __init__(self, message: Message, is_repeated: bool) -> None:
        super().__init__(str(message))
        self.message, self.is_repeated = message, is_repeated


def local_instants(wall: datetime, tz: tzinfo) -> tuple[datetime, ...]:
    """The instants (UTC, in order) at which local clocks show this time.

    Two in the hour that autumn repeats, none in the hour that spring skips.
    """
    both = {wall.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return tuple(sorted(instant for instant in both if instant.astimezone(tz).replace(tzinfo=None, fold=0) == wall))


def to_instant(wall: datetime, tz: tzinfo, chosen: ClockPass | None = None) -> datetime:
    """The instant (UTC) of a time on local clocks. `chosen` counts only where clocks show the time twice.

    Raises LocalTimeError for a time that clocks do not show, and for one that they show twice while nothing is chosen.
    """
    instants, clock = local_instants(wall, tz), f"{wall:%H:%M}"
    if len(instants) == 2 and chosen is None:
        raise LocalTimeError(
            translatable(
                "Clocks show %(time)s twice that night, because they go back. Choose the first time or the second.",
                time=clock,
            ),
            is_repeated=True,
        )
    if not instants:
        later = f"{wall.replace(tzinfo=tz).astimezone(UTC).astimezone(tz):%H:%M}"
        raise LocalTimeError(
            translatable(
                "Clocks do not show %(time)s that night, because they go forward. Write %(later)s or another time.",
                time=clock,
                later=later,
            ),
            is_repeated=False,
        )
    return instants[-1] if chosen is ClockPass.SECOND else instants[0]


def clock_pass(instant: datetime, tz: tzinfo) -> ClockPass | None:
    """Which pass of a time that clocks show twice the instant is; None for any other time."""
    local = instant.astimezone(tz)
    instants = local_instants(local.replace(tzinfo=None, fold=0), tz)
    if len(instants) < 2:
        return None
    return ClockPass.SECOND if local.astimezone(UTC) == instants[1] else ClockPass.FIRST
