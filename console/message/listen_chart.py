"""How far callers listen to a message, as a bar chart with one bar for each tenth of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from records.messages.listen_statistics import ListenStatistics

HEIGHT, WIDTH, GAP = 64, 22, 4


@dataclass(frozen=True, slots=True)
class Bar:
    """Position and size in drawing units; `share` is the percentage of listeners who still listen at `second`."""

    x: int
    y: float
    height: float
    share: int
    second: int


def build_bars(statistics: ListenStatistics, seconds: float) -> Sequence[Bar]:
    """One bar for each tenth, from left to right; none when nobody has listened."""
    if not statistics.plays:
        return ()
    bars = []
    for place, count in enumerate(statistics.listeners_per_tenth):
        share = count / statistics.plays
        height = max(1.5, HEIGHT * share)
        second = round(seconds * (place + 1) / len(statistics.listeners_per_tenth))
        bars.append(Bar(place * (WIDTH + GAP), HEIGHT - height, height, round(100 * share), second))
    return bars
