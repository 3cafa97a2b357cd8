"""How far a message was heard, as bars: one for each tenth of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from records.hearings import Hearings

HEIGHT, WIDTH, GAP = 64, 22, 4


@dataclass(frozen=True, slots=True)
class Bar:
    """In units of the drawing; `share` of the listeners in per cent still listened at `second`."""

    x: int
    y: float
    height: float
    share: int
    second: int


def bars(hearings: Hearings, seconds: float) -> Sequence[Bar]:
    """One for each tenth, from left to right; none when nobody has heard anything."""
    if not hearings.times:
        return ()
    found = []
    for place, count in enumerate(hearings.reached):
        share = count / hearings.times
        height = max(1.5, HEIGHT * share)
        second = round(seconds * (place + 1) / len(hearings.reached))
        found.append(Bar(place * (WIDTH + GAP), HEIGHT - height, height, round(100 * share), second))
    return found
