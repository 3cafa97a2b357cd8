"""How much is measured: enough for valid figures, or just enough to see that everything works."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """`rounds`: how often the variants run in order and in reverse order.

    Names that end in `_s` are seconds, in `_rate` calls a second.
    """

    rounds: int
    idle_s: float
    short_calls: int
    short_rate: int
    full_calls: int
    full_rate: int
    full_s: int
    probes: int
    rates: tuple[int, ...]
    step_s: float
    ramp_rate: int
    ramp_s: int
    sessions: int
    lines: tuple[int, ...]
    look_ups: int
    requests: int
    clicks: int
    callbacks: int
    pages: int
    overload_s: float
    contacts: int
    searches: int
    imported: int
    quiet_s: float
    settle_s: float
    organisations: int
    people: int
    calls: int
    cards: int
    versions: int
    peer_rounds: int = 2
    peer_rates: tuple[int, ...] = (108, 156, 187, 224, 269, 323, 387)
    peer_step_s: float = 20
    year_events: int = 2_000
    process_rates: tuple[int, ...] = (20, 100)
    process_s: float = 20
    hour_s: int = 3600


FULL = Scale(
    rounds=2,
    idle_s=20,
    short_calls=400,
    short_rate=20,
    full_calls=100,
    full_rate=5,
    full_s=30,
    probes=30,
    rates=(10, 15, 20, 25, 30, 36, 43, 52, 62, 75, 90, 108, 130, 156, 187, 224, 269, 323, 387, 464, 557, 668),
    step_s=5,
    ramp_rate=20,
    ramp_s=60,
    sessions=4000,
    lines=(10_000, 100_000, 1_000_000),
    look_ups=2000,
    requests=3000,
    clicks=30,
    callbacks=200,
    pages=30,
    overload_s=60,
    contacts=1_000_000,
    searches=400,
    imported=100_000,
    quiet_s=60,
    settle_s=30,
    organisations=20,
    people=10_000,
    calls=1_000_000,
    cards=200_000,
    versions=5_000,
)
QUICK = Scale(
    rounds=0,
    idle_s=1,
    short_calls=20,
    short_rate=10,
    full_calls=4,
    full_rate=4,
    full_s=3,
    probes=2,
    rates=(10, 15),
    step_s=1,
    ramp_rate=20,
    ramp_s=3,
    sessions=100,
    lines=(1_000, 10_000),
    look_ups=50,
    requests=40,
    clicks=2,
    callbacks=6,
    pages=2,
    overload_s=4,
    contacts=20_000,
    searches=40,
    imported=500,
    quiet_s=4,
    settle_s=1,
    organisations=2,
    people=1_000,
    calls=10_000,
    cards=2_000,
    versions=50,
    year_events=50,
    peer_rounds=0,
    peer_rates=(10,),
    peer_step_s=1,
    process_rates=(10,),
    process_s=2,
    hour_s=5,
)
