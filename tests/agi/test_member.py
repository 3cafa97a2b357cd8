"""A member of the queue is about to be rung: what Python tells the dialplan of him, and of whom he is to call back."""

import wave
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from answering_asterisk import AnsweringAsterisk
from bases import Maker
from promises import placed, promised, wish

from agi.flows.member import KEY_S, member, offer_s
from agi.memory import Memory
from dialplan import names
from records import people, plans
from records.base import Base, open_base
from records.callback_wish import CallbackChannel
from records.errors import RecordsError
from records.people import Person

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
PLAN = (
    (Path(__file__).parents[1] / "calls" / "plan.yaml").read_text()
    + """
callbacks:
  sites:
    - {name: www, number: "+33199000000", topics: {fr: [Adhésion, Location], en: [Location, Rent]}}
    - {name: shop, number: "+33199000000"}
"""
)
WEB, KEY = CallbackChannel.WEB, CallbackChannel.KEY


@pytest.fixture
def memory(base: Base, tmp_path: Path) -> Memory:
    """As it was read before anybody worked here."""
    people.prepare_phones(base, {f"p0{number}": "a-secret-of-the-test" for number in (1, 2)})
    plans.save(base, PLAN, author="test", at=NOON)
    memory = Memory(base, tmp_path / "last-good.json")
    memory.close()
    return memory


def told(memory: Memory, base: Base, person: Person, attempt: str = "") -> dict[str, str]:
    """The variables that are set of him."""
    asterisk = AnsweringAsterisk({})
    try:
        member(asterisk.channel(person.phone, attempt), memory, base)
    finally:
        asterisk.close()
    return asterisk.variables


def asked(base: Base, channel: CallbackChannel = WEB, **given: str | None) -> str:
    """The attempt to call back somebody who gave this."""
    return placed(base, promised(base, wish(channel=channel, **given)).ref).channel_id


def test_who_has_just_come_is_rung_where_he_is_reached(base: Base, memory: Memory) -> None:
    person = people.add(base, "A", language="fr", at=NOON, outside_number="+33639980001")

    variables = told(memory, base, person)
    assert variables[names.OUTSIDE_NUMBER] == "+33639980001"
    assert variables[names.MEMBER_OFFER] == "accept-call"


@pytest.mark.parametrize(("language", "shown"), [("fr", "Rappel : Jean-Noël d'Ys"), ("en", "Callback: Jean-Noël d'Ys")])
def test_a_desk_phone_shows_who_is_to_be_called_back(base: Base, memory: Memory, language: str, shown: str) -> None:
    person = people.add(base, "A", language=language, at=NOON)

    variables = told(memory, base, person, asked(base, name="Jean-Noël d'Ys"))
    assert (variables[names.VISITOR_NAME], variables[names.VISITOR_LINE]) == (shown, "+33639980001")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (None, "Rappel"),
        ('"><b>,${SHELL(id)}&\\', "Rappel : bSHELLid"),
        ("Zoé\r\n\x7f\u202e; = *", "Rappel : Zoé"),
        ("☎ ", "Rappel"),
        ("Z" * 80, "Rappel : " + "Z" * 40),
    ],
)
def test_of_a_name_only_what_names_are_made_of_reaches_asterisk(
    base: Base, memory: Memory, name: str | None, shown: str
) -> None:
    person = people.add(base, "A", language="fr", at=NOON)

    assert told(memory, base, person, asked(base, name=name))[names.VISITOR_NAME] == shown


def test_nothing_of_a_visitor_is_shown_on_a_number_outside(base: Base, memory: Memory) -> None:
    person = people.add(base, "A", language="fr", at=NOON, outside_number="+33639980009")

    assert told(memory, base, person, asked(base, name="Zoé", topic="Adhésion")) == {
        names.MEMBER_LANGUAGE: "fr",
        names.MEMBER_OFFER: "callback-web&topic-www-1&callback-accept",
        names.OUTSIDE_NUMBER: "+33639980009",
    }


@pytest.mark.parametrize(
    ("given", "offer"),
    [
        ({"topic": "Adhésion"}, "callback-web&topic-www-1&callback-accept"),
        ({"topic": "Location"}, "callback-web&topic-www-2&callback-accept"),
        ({"topic": "Location", "language": "en"}, "callback-web&topic-www-1&callback-accept"),
        ({"topic": "Rent"}, "callback-web&topic-www-2&callback-accept"),  # of the other language
        ({"topic": "Presse"}, "callback-web&callback-accept"),  # no topic of the site any more
        ({"topic": "Adhésion", "site": "shop"}, "callback-web&callback-accept"),  # his own words
        ({"topic": "Adhésion", "site": "gone"}, "callback-web&callback-accept"),
        ({"channel": KEY, "site": None}, "callback-telephone&callback-accept"),
    ],
)
def test_an_agent_hears_where_it_was_asked_and_which_of_the_sites_topics_it_is(
    base: Base, memory: Memory, given: dict[str, str], offer: str
) -> None:
    person = people.add(base, "A", language="fr", at=NOON)

    assert told(memory, base, person, asked(base, **given))[names.MEMBER_OFFER] == offer


def test_of_a_callback_that_is_no_more_nothing_is_set(base: Base, memory: Memory) -> None:
    person = people.add(base, "A", language="fr", at=NOON)

    assert told(memory, base, person, asked(base))
    assert told(memory, base, person, "cb-9-9") == {}


def test_while_the_base_cannot_be_read_nothing_of_a_callback_is_set(
    base: Base, bases: Maker, memory: Memory, tmp_path: Path
) -> None:
    person = people.add(base, "A", language="fr", at=NOON)
    attempt, knows_him = asked(base), Memory(base, tmp_path / "later.json")
    knows_him.close()
    asterisk = AnsweringAsterisk({})
    with closing(open_base(bases.empty())) as unreadable, pytest.raises(RecordsError):
        member(asterisk.channel(person.phone, attempt), knows_him, unreadable)
    asterisk.close()

    assert asterisk.variables == {}


def test_the_longest_offer_is_that_of_the_language_and_the_topic_that_take_longest(
    memory: Memory, tmp_path: Path
) -> None:
    lengths = {"callback-web": 1.5, "callback-telephone": 2, "callback-accept": 4, "topic-www-1": 3, "topic-www-2": 1}
    for language, slowly in (("fr", 1), ("en", 1.1)):
        for key, seconds in lengths.items():
            _sound(tmp_path / language / f"{key}.wav", seconds * slowly)

    assert offer_s(tmp_path, memory.house.plan) == 10 + KEY_S  # 9.9 s


def _sound(file: Path, seconds: float) -> None:
    file.parent.mkdir(exist_ok=True)
    with wave.open(str(file), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(round(16_000 * seconds)))
