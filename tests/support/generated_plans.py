"""Hypothesis strategies for the texts of valid plans."""

import json

from hypothesis import strategies as st

from routing.destinations import Destination
from routing.plan.model import DTMF_KEYS

words = st.text(st.characters(categories=("L", "N", "P", "Zs")), min_size=1, max_size=80).filter(str.strip)
by_language = st.fixed_dictionaries({"fr": words, "en": words})
names = st.from_regex(r"[a-z][a-z0-9_]{0,11}", fullmatch=True)
minutes = st.sets(st.integers(0, 1440), min_size=2, max_size=6).map(sorted)
spans = minutes.map(lambda edges: ", ".join(map(span, edges[::2], edges[1::2]))) | st.just("closed")


def span(opens: int, closes: int) -> str:
    return f"{opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"


dates = st.sampled_from(["2031-12-24", "2032-02-29", "2031-08-01 to 2031-08-31"])
special_day = st.builds(lambda spans, texts: {"open": spans} | texts, spans, by_language)
contract = st.fixed_dictionaries(
    {"paid_by": st.sampled_from(["contact", "hour"])},
    optional={"contact_price": st.just("2.45"), "from": st.just("2030-01-01")},
)
centre = st.fixed_dictionaries(
    {"name": names, "number": st.just("+33199000050")}, optional={"ring_s": st.just(15), "contract": contract}
)
rule = st.sampled_from(["nobody-logged-in", "nobody-ready", "closed"]).map(lambda when: {"when": when}) | st.builds(
    lambda when, value: {"when": when, "value": value},
    st.sampled_from(["waiting-above", "longest-wait-above-s", "estimated-wait-above-s", "share-percent"]),
    st.integers(1, 99),
)


titles = words.map(lambda title: title[:60]).filter(str.strip)
topic = st.fixed_dictionaries(
    {"name": names, "title": titles | st.fixed_dictionaries({"fr": titles, "en": titles})},
    optional={"level": st.integers(1, 3), "due_h": st.integers(1, 720), "escalate_h": st.integers(0, 720)},
)


@st.composite
def plans(draw) -> dict:
    """A valid plan. JSON is YAML too, so json.dumps gives its text."""
    menus, hours, announcements = (draw(st.lists(names, min_size=1, max_size=3, unique=True)) for _ in range(3))
    centres = draw(st.just([]) | st.lists(centre, min_size=1, max_size=3, unique_by=lambda each: each["name"]))
    landings = draw(st.lists(st.integers(33199000000, 33199009999), min_size=1, max_size=5, unique=True))
    return {
        "timezone": draw(st.sampled_from(["Europe/Paris", "Indian/Reunion", "America/Cayenne"])),
        "country": draw(st.sampled_from(["FR", "RE", "BE"])),
        "numbers": {
            f"+{landing}": {
                "landing": [f"+{landing}"],
                "language": draw(st.sampled_from(["fr", "en"])),
                "greeting": draw(by_language),
                "menu": draw(st.sampled_from(menus)),
                "hours": draw(st.sampled_from(hours)),
            }
            for landing in landings
        },
        "menus": {
            name: draw(menu(announcements, bool(centres), menus[place + 1 :])) for place, name in enumerate(menus)
        },
        "hours": {
            name: {
                "week": draw(st.dictionaries(st.sampled_from(["mon-fri", "sat", "sun"]), spans, min_size=1)),
                "holidays": draw(st.sampled_from(["none", "metropolitan", "reunion"])),
                "exceptions": draw(st.dictionaries(dates, spans | special_day, min_size=1)),
            }
            for name in hours
        },
        "announcements": {
            name: {"when_none": draw(st.sampled_from(["last", "sentence"])), "max_seconds": 60}
            for name in announcements
        },
        "staff": {"strategy": "ringall", "ring_s": 20, "max_wait_s": 120, "wrapup_s": 0},
        "waiting": draw(st.fixed_dictionaries({}, optional={"offer_every_s": st.integers(5, 600)})) or None,
        "requests": {"topics": draw(st.lists(topic, min_size=1, max_size=3, unique_by=lambda each: each["name"]))},
        "overflow": {"rules": draw(st.lists(rule, min_size=1, max_size=4)), "centres": centres} if centres else None,
    }


@st.composite
def menu(draw, announcements: list[str], has_centres: bool, below: list[str]) -> dict:
    person, *others = draw(st.lists(st.sampled_from(DTMF_KEYS), min_size=1, max_size=8, unique=True))
    destinations = [to for to in Destination if has_centres or to is not Destination.OVERFLOW]
    actions = st.one_of(
        st.sampled_from(destinations).map(lambda to: {"to": str(to)}),
        st.sampled_from(announcements).map(lambda name: {"play": name}),
        st.just({"repeat": True}),
        *([st.sampled_from(below).map(lambda name: {"menu": name})] if below else []),
    )
    tries = draw(st.integers(2, 4))
    wordings = st.lists(words.map(str.strip), min_size=tries - 1, max_size=tries - 1, unique=True)
    return {
        "keys": {
            **{key: draw(actions) | draw(st.just({}) | by_language) for key in others},
            person: {"to": "staff"} | draw(by_language),
        },
        "tries": tries,
        "first_key_s": draw(st.integers(1, 30)),
        **{end: {"fr": draw(wordings), "en": draw(wordings)} for end in ("wrong", "silence")},
        "lost": draw(st.sampled_from(["staff", "callback", "voicemail"])),
    }


def to_text(plan: dict) -> str:
    return json.dumps(plan, ensure_ascii=False, indent=1)
