"""The variables that the dialplan gets before it dials a queue member, for a caller or for a callback."""

import wave
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from callback_records import accept_callback, make_callback_request, place_attempt
from databases import DatabaseFactory
from simulated_asterisk import SimulatedAsterisk

from agi.config_snapshot import SnapshotReader
from agi.flows.member import dial_member
from dialplan import names
from prompts.callback_offer import KEY_S, longest_offer_s
from records.callbacks.callback_request import CallbackChannel
from records.database.engine import Database, open_database
from records.errors import RecordsError
from records.plan import plan_versions
from records.staff import agents
from records.staff.agents import Agent

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
PLAN = (
    (Path(__file__).parents[2] / "calls" / "plan.yaml").read_text()
    + """
callbacks:
  sites:
    - {name: www, number: "+33199000000", topics: {fr: [Adhésion, Location], en: [Location, Rent]}}
    - {name: shop, number: "+33199000000"}
"""
)
WEB, KEY = CallbackChannel.WEB, CallbackChannel.KEY


@pytest.fixture
def snapshots(database: Database, tmp_path: Path) -> SnapshotReader:
    """Read before any agent was added."""
    agents.create_sip_accounts(database, {f"p0{number}": "a-secret-of-the-test" for number in (1, 2)})
    plan_versions.save_plan(database, PLAN, author="test", at=NOON)
    snapshots = SnapshotReader(database, tmp_path / "last-good.json")
    snapshots.close()
    return snapshots


def dial_variables(snapshots: SnapshotReader, database: Database, agent: Agent, attempt: str = "") -> dict[str, str]:
    """The variables that are set when this agent is about to be dialled."""
    asterisk = SimulatedAsterisk({})
    try:
        dial_member(asterisk.channel(agent.sip_account, attempt), snapshots, database)
    finally:
        asterisk.close()
    return asterisk.variables


def place_callback(database: Database, channel: CallbackChannel = WEB, **given: str | None) -> str:
    """The attempt of an accepted callback whose request holds these values."""
    return place_attempt(
        database, accept_callback(database, make_callback_request(channel=channel, **given)).ref
    ).channel_id


def test_an_agent_who_was_just_added_is_dialled_at_their_outside_number(
    database: Database, snapshots: SnapshotReader
) -> None:
    agent = agents.add_agent(database, "A", language="fr", at=NOON, outside_number="+33639980001")

    variables = dial_variables(snapshots, database, agent)
    assert variables[names.OUTSIDE_NUMBER] == "+33639980001"
    assert variables[names.MEMBER_CONFIRM_PROMPTS] == "accept-call"


@pytest.mark.parametrize(("language", "shown"), [("fr", "Rappel : Jean-Noël d'Ys"), ("en", "Callback: Jean-Noël d'Ys")])
def test_a_desk_phone_shows_the_name_and_number_of_the_visitor(
    database: Database, snapshots: SnapshotReader, language: str, shown: str
) -> None:
    agent = agents.add_agent(database, "A", language=language, at=NOON)

    variables = dial_variables(snapshots, database, agent, place_callback(database, name="Jean-Noël d'Ys"))
    assert (variables[names.VISITOR_NAME], variables[names.VISITOR_NUMBER]) == (shown, "+33639980001")


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
def test_only_letters_digits_and_name_punctuation_of_a_name_reach_asterisk(
    database: Database, snapshots: SnapshotReader, name: str | None, shown: str
) -> None:
    agent = agents.add_agent(database, "A", language="fr", at=NOON)

    assert dial_variables(snapshots, database, agent, place_callback(database, name=name))[names.VISITOR_NAME] == shown


def test_an_outside_number_shows_nothing_of_the_visitor(database: Database, snapshots: SnapshotReader) -> None:
    agent = agents.add_agent(database, "A", language="fr", at=NOON, outside_number="+33639980009")

    assert dial_variables(snapshots, database, agent, place_callback(database, name="Zoé", topic="Adhésion")) == {
        names.MEMBER_LANGUAGE: "fr",
        names.MEMBER_CONFIRM_PROMPTS: "callback-web&topic-www-1&callback-accept",
        names.OUTSIDE_NUMBER: "+33639980009",
    }


@pytest.mark.parametrize(
    ("given", "offer"),
    [
        ({"topic": "Adhésion"}, "callback-web&topic-www-1&callback-accept"),
        ({"topic": "Location"}, "callback-web&topic-www-2&callback-accept"),
        ({"topic": "Location", "language": "en"}, "callback-web&topic-www-1&callback-accept"),
        ({"topic": "Rent"}, "callback-web&topic-www-2&callback-accept"),  # a topic of the other language
        ({"topic": "Presse"}, "callback-web&callback-accept"),  # no longer a topic of the site
        ({"topic": "Adhésion", "site": "shop"}, "callback-web&callback-accept"),  # free text
        ({"topic": "Adhésion", "site": "gone"}, "callback-web&callback-accept"),
        ({"channel": KEY, "site": None}, "callback-telephone&callback-accept"),
    ],
)
def test_an_offer_plays_where_the_callback_was_requested_and_its_topic(
    database: Database, snapshots: SnapshotReader, given: dict[str, str], offer: str
) -> None:
    agent = agents.add_agent(database, "A", language="fr", at=NOON)

    assert (
        dial_variables(snapshots, database, agent, place_callback(database, **given))[names.MEMBER_CONFIRM_PROMPTS]
        == offer
    )


def test_for_an_attempt_that_has_ended_nothing_is_set(database: Database, snapshots: SnapshotReader) -> None:
    agent = agents.add_agent(database, "A", language="fr", at=NOON)

    assert dial_variables(snapshots, database, agent, place_callback(database))
    assert dial_variables(snapshots, database, agent, "cb-9-9") == {}


def test_while_the_database_cannot_be_read_nothing_is_set_for_a_callback(
    database: Database, databases: DatabaseFactory, snapshots: SnapshotReader, tmp_path: Path
) -> None:
    agent = agents.add_agent(database, "A", language="fr", at=NOON)
    attempt, later = place_callback(database), SnapshotReader(database, tmp_path / "later.json")
    later.close()
    asterisk = SimulatedAsterisk({})
    with closing(open_database(databases.empty())) as unreadable, pytest.raises(RecordsError):
        dial_member(asterisk.channel(agent.sip_account, attempt), later, unreadable)
    asterisk.close()

    assert asterisk.variables == {}


def test_the_longest_offer_is_that_of_the_longest_language_and_topic(snapshots: SnapshotReader, tmp_path: Path) -> None:
    seconds_by_prompt = {
        "callback-web": 1.5,
        "callback-telephone": 2,
        "callback-accept": 4,
        "topic-www-1": 3,
        "topic-www-2": 1,
    }
    for language, factor in (("fr", 1), ("en", 1.1)):
        for key, seconds in seconds_by_prompt.items():
            _sound(tmp_path / language / f"{key}.wav", seconds * factor)

    assert longest_offer_s(tmp_path, snapshots.current.plan) == 10 + KEY_S  # 9.9 s


def _sound(file: Path, seconds: float) -> None:
    file.parent.mkdir(exist_ok=True)
    with wave.open(str(file), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(round(16_000 * seconds)))
