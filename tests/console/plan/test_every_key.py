"""Every key that the reader of a plan knows can be read and changed in a form, and stands in the shipped plan.

The keys come from the reader itself: a new one fails here until it has its form.
"""

import re
from collections.abc import Collection, Iterator, Mapping

import pytest
from console_client import ConsoleApp, ConsoleUser
from plan_section import SEED, PlanSection, form_fields
from rich_plan import RICH_PLAN

from console.plan.settings.callbacks import RANGES
from routing.access.permissions import Role
from routing.plan.bounds import LIMITS, RETENTION
from routing.plan.editing import plain_value, replace_value
from routing.plan.parsing import parse_plan, parse_tree
from routing.plan.tree import Node, NodeReader
from routing.plan.value_text import PlainValue

THIRD_NUMBER = """\
  "+33199000007":
    landing: ["+33199000007"]
    language: fr
    greeting: {fr: Bonsoir., en: Good evening.}
    menu: main
    hours: office
"""
PLAN = RICH_PLAN.replace("staff_line:", f"{THIRD_NUMBER}staff_line:")
FRENCH_NUMBERS = PLAN.replace("language: en", "language: fr")
"""A plan that may lose its second language."""

CHANGES: Mapping[str, Mapping[str, PlainValue]] = {
    "/place": {"timezone": "Indian/Reunion", "country": "BE"},
    "/languages": {"languages": ("fr",)},
    "/organisation": {
        **{f"organisation.{text}.{code}": "Autre" for text in ("name", "callback_text") for code in ("fr", "en")},
        "organisation.privacy_contact": "Le maire",
        "organisation.privacy_email": "autre@example.org",
        "organisation.privacy_address": "2 place de la Mairie, 00000 Saint-Exemple",
        "organisation.privacy_page": "https://www.example.org/autre",
    },
    "/number/+33199000007": {
        "numbers.+33199000007": {
            "landing": ("+33199000007", "+33199000008"),
            "surcharged": "true",
            "price_notice": "application",
            "price_text": {"fr": "Cet appel coûte.", "en": "This call costs."},
            "language": "en",
            "greeting": {"fr": "Bienvenue.", "en": "Welcome."},
            "menu": "evening",
            "hours": "always",
        }
    },
    "/menu/main": {
        "menus.main.title.fr": "Premier",
        "menus.main.first_key_s": "9",
        "menus.main.tries": "2",
        "menus.main.keys": {
            "1": {"to": "voicemail", "fr": "Pour laisser un message", "en": "To leave a message"},
            "3": {"play": "news", "fr": "Pour le message", "en": "To hear it"},
            "5": {"menu": "evening", "fr": "Pour le soir", "en": "In the evening"},
            "9": {"to": "overflow"},
        },
        "menus.main.wrong": {"fr": ("Cinq.",), "en": ("Five.",)},
        "menus.main.silence": {"fr": ("Six.",), "en": ("Six.",)},
        "menus.main.lost": "voicemail",
    },
    "/menu/evening": {
        "menus.evening.keys": {
            "1": {"to": "staff", "fr": "Pour parler à l'équipe", "en": "To speak to the team"},
            "8": {"back": "true", "fr": "Pour revenir", "en": "To go back"},
        }
    },
    "/hours/office": {
        "hours.office.title.fr": "Mairie",
        "hours.office.holidays": "reunion",
        "hours.office.week": {"mon-fri": "09:00-12:00", "sat": "10:00-12:00"},
        "hours.office.exceptions": {
            "2031-09-01": {"open": "10:00-11:00", "fr": "Une heure.", "en": "One hour."},
            "2031-09-02": "closed",
        },
    },
    "/announcement/daily": {
        "announcements.daily.title.fr": "Le message",
        "announcements.daily.when_none": "sentence",
        "announcements.daily.max_seconds": "60",
        "announcements.daily.renew_by": "09:30",
        "announcements.daily.approval": "none",
    },
    "/team": {
        "staff.strategy": "random",
        "staff.ring_s": "25",
        "staff.max_wait_s": "200",
        "staff.wrapup_s": "5",
        "staff.more_wrapup_s": "30",
        "staff.answer_within_s": "45",
        "staff.outcome": "optional",
        "staff.browser_away_s": "120",
        "staff.misses": "2",
        "staff.relax": ("2 after 40", "3 after 60"),
    },
    "/team/pauses": {
        "staff.pauses": (
            {"name": "lunch", "title": {"fr": "Repas", "en": "Meal"}},
            {"name": "meeting", "title": {"fr": "Point", "en": "Stand-up"}},
        )
    },
    "/waiting": {
        "waiting.offer_every_s": "40",
        "waiting.announce_every_s": "50",
        "while_choosing": "nothing",
    },
    "/overflow": {
        "overflow.centres.0.title.fr": "Nord-Est",
        "overflow.centres.0.number": "+33199000051",
        "overflow.centres.0.ring_s": "25",
        "overflow.centres.0.caller_id": "+33199000007",
        "overflow.centres.1.sip": "west",
    },
    "/overflow/contracts/north": {
        "overflow.centres.0.contract": {
            "paid_by": "hour",
            "answered_by": "acd",
            "from": "2027-01-01",
            "until": "2028-12-31",
            "contact_price": "2.60",
            "contact_free_s": "12",
            "contacts_min": "210",
            "hour_price": "32.5",
            "hours_planned": "330",
            "hours_min": "170",
            "hour_step_min": "5",
            "set_up": "800",
            "rounded_on": "total",
            "service_percent": "85",
            "service_s": "25",
            "penalty_percent": "6",
            "outcomes": ("answered",),
            "card_min": "15",
            "outcome_h": "48",
            "hours": "always",
            "priority": "3",
            "share": "90",
            "capacity": "9",
            "code": "shown",
            "script": {"fr": "Demandez le nom.", "en": "Ask for the name."},
        }
    },
    "/overflow/rules": {"overflow.rules": ({"when": "closed"}, {"when": "waiting-above", "value": "7"})},
    "/callbacks": {
        "callbacks.first": "visitor",
        "callbacks.retry_after_min": ("5", "50"),
        "callbacks.slot_min": "15",
        "callbacks.ranges": tuple(RANGES)[:1],
        **{f"callbacks.{name}": "3" for name in ("attempts", "at_once", "per_slot", "lead_min", "days_ahead")},
        **{f"callbacks.{name}": "33" for name in ("ring_s", "line_s", "expires_h")},
    },
    "/callbacks/limits": {f"callbacks.limits.{name}": "77" for name in LIMITS},
    "/sites/www": {
        "callbacks.sites.0.title.fr": "Le site",
        "callbacks.sites.0.number": "+33199000007",
        "callbacks.sites.0.origins": ("https://mairie.example", "https://www.mairie.example"),
        "callbacks.sites.0.topics": {"fr": ("Autre",), "en": ("Other",)},
    },
    "/staff-line": {"staff_line": "+33199000006"},
    "/requests": {
        "requests.due_h": "20",
        "requests.escalate_h": "6",
        "requests.escalate_tell": "everybody",
        "requests.topics": (
            {
                "name": "billing",
                "title": {"fr": "Factures", "en": "Bills"},
                "level": "3",
                "due_h": "8",
                "escalate_h": "1",
            },
            {"name": "complaint", "title": {"fr": "Réclamation", "en": "Complaint"}, "level": "2"},
        ),
    },
    "/requests/outcomes": {
        "requests.outcomes": (
            {"name": "answered", "title": {"fr": "Répondu", "en": "Replied"}},
            {"name": "nothing", "title": {"fr": "Sans suite", "en": "Nothing"}},
        )
    },
    "/satisfaction": {
        "satisfaction.share_percent": "30",
        "satisfaction.record_words": "yes",
        "satisfaction.questions": (
            {"name": "welcome", "text": {"fr": "Bien reçu ?", "en": "Well received?"}},
            {"name": "help", "text": {"fr": "Bien aidé ?", "en": "Well helped?"}},
        ),
    },
    "/retention": {f"retention.{name}": "55" for name in RETENTION},
}
"""What is changed on the page of each form, by the place in the plan."""

WITHOUT_FORM_OF_THE_PLAN = {
    "voices.fr": "Réglages → Voix (tests/console/voices)",
    "voices.en": "Réglages → Voix (tests/console/voices)",
    "overflow.centres[].name": "follows from the name that people give",
    "requests.topics[].name": "follows from the name that people give",
    "staff.pauses[].name": "follows from the name that people give",
    "requests.outcomes[].name": "follows from the name that people give",
    "satisfaction.questions[].name": "follows from the text that people give, and stays when it is worded anew",
    "callbacks.sites[].name": "follows from the name that people give",
    **{
        f"{part}.title.en": "a name is changed in the language of the page"
        for part in ("menus.*", "hours.*", "announcements.*", "overflow.centres[]", "callbacks.sites[]")
    },
}


@pytest.fixture
def plan_section(console: ConsoleApp, tmp_path) -> PlanSection:
    return PlanSection(console, tmp_path)


@pytest.fixture
def staff(plan_section: PlanSection) -> ConsoleUser:
    return plan_section.console.sign_in(Role.SUPERVISOR)


@pytest.fixture
def known_keys(monkeypatch: pytest.MonkeyPatch) -> frozenset[str]:
    """The keys that hold a value of their own, as the reader of plans knows them."""
    found: set[str] = set()
    read_fields = NodeReader.read_fields

    def read(
        reader: NodeReader, node: Node, required: Collection[str], optional: Collection[str] = ()
    ) -> Mapping[str, Node]:
        found.update(as_key(f"{node.path}.{name}") for name in (*required, *optional))
        return read_fields(reader, node, required, optional)

    monkeypatch.setattr(NodeReader, "read_fields", read)
    for text in [PLAN, *(changed_text(path) for path in CHANGES)]:
        parse_plan(text)
    return frozenset(key for key in found if not any(other.startswith((f"{key}.", f"{key}[")) for other in found))


def as_key(path: str) -> str:
    """The key of a path: names that people chose are *."""
    key = re.sub(r"\[\d+\]", "[]", path.lstrip("."))
    key = re.sub(r"^(numbers|menus|hours|announcements)\.[^.]+", r"\1.*", key)
    key = re.sub(r"\.week\..*", ".week", key)
    return re.sub(r"\.(keys|exceptions)\.[^.]+", r".\1.*", key)


def given_text(page: str) -> str:
    return FRENCH_NUMBERS if page == "/languages" else PLAN


def changed_text(page: str) -> str:
    """The plan with the changes of this page, as somebody writes them by hand."""
    whole = plain_value(parse_tree(given_text(page)))
    for place, value in CHANGES[page].items():
        whole = put(whole, place.split("."), value)
    return replace_value(given_text(page), (), whole)


def put(old: PlainValue, path: list[str], value: PlainValue) -> PlainValue:
    if not path:
        return value
    if isinstance(old, tuple):
        return tuple(put(each, path[1:], value) if str(n) == path[0] else each for n, each in enumerate(old))
    entries = old if isinstance(old, Mapping) else {}
    return {**entries, path[0]: put(entries.get(path[0]), path[1:], value)}


def differing_keys(old: PlainValue, new: PlainValue, path: str = "") -> Iterator[str]:
    """The keys under which two plans hold other values."""
    if isinstance(old, Mapping) or isinstance(new, Mapping):
        before, after = (each if isinstance(each, Mapping) else {} for each in (old, new))
        for name in {*before, *after}:
            yield from differing_keys(before.get(name), after.get(name), f"{path}.{name}")
    elif any(isinstance(each, tuple) and each and isinstance(each[0], Mapping) for each in (old, new)):
        before, after = (each if isinstance(each, tuple) else () for each in (old, new))
        for place in range(max(len(before), len(after))):
            pair = (each[place] if place < len(each) else None for each in (before, after))
            yield from differing_keys(*pair, f"{path}[{place + 1}]")
    elif old != new:
        yield as_key(path)


def test_each_key_of_a_plan_is_changed_in_a_form(known_keys: frozenset[str]) -> None:
    changed = {
        key
        for page in CHANGES
        for key in differing_keys(*(plain_value(parse_tree(text(page))) for text in (given_text, changed_text)))
    }
    assert sorted(known_keys - changed - {*WITHOUT_FORM_OF_THE_PLAN}) == []
    assert {*WITHOUT_FORM_OF_THE_PLAN} <= known_keys


@pytest.mark.parametrize("page", CHANGES)
def test_what_is_written_by_hand_can_be_typed_into_its_form(
    plan_section: PlanSection, staff: ConsoleUser, page: str
) -> None:
    wanted = changed_text(page)
    plan_section.replace_text(wanted)
    typed = form_fields(staff.get(f"/plan{page}"))

    plan_section.replace_text(given_text(page))
    base = form_fields(staff.get(f"/plan{page}"))["base"]
    review = staff.post(f"/plan{page}", typed | {"base": base, "do": "review"})

    assert review.status_code == 200, review.text.partition("<main")[2][:2000]
    assert parse_plan(form_fields(review)["text"]) == parse_plan(wanted)


def test_each_key_stands_in_the_shipped_plan_with_its_remark(known_keys: frozenset[str]) -> None:
    names = {key.rpartition(".")[2].partition("[")[0] for key in known_keys}
    assert sorted(name for name in names if not re.search(rf"\b{name}\b", SEED)) == []
