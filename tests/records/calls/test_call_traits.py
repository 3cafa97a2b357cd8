"""Calls are found by a key that was pressed, by the agent who answered, by the overflow centre that was dialled."""

from contextlib import closing
from datetime import datetime, timedelta
from itertools import product

import pytest
from alembic import command
from alembic.config import Config
from databases import DatabaseFactory
from recorded_calls import CALLER, record_call
from sqlalchemy import delete, select

from records.actor import command_line_actor
from records.call_events import CallEvent, CallEventKind, Disposition
from records.calls import calls
from records.calls.call_list import CallFilter, CallPosition, list_calls
from records.calls.call_traits import KnownTraits, list_known_traits
from records.contacts.search.following import follow_calls
from records.database.engine import Database, open_database
from records.database.migrate import MIGRATIONS, upgrade
from records.schema import CallTrait
from records.staff import agents
from records.staff.agents import NewAgent

READER = command_line_actor("test")
KEYS, CENTRES = ("1", "2", "*"), ("", "north", "south")


def add_agents(database: Database, at: datetime) -> tuple[agents.Agent, ...]:
    agents.create_desks(database, 3)
    agents.add_agents(database, [NewAgent(name, "fr", ("fr",)) for name in ("Anne", "Basile")], at=at)
    return agents.list_agents(database)


def add_call(
    database: Database,
    ref: str,
    at: datetime,
    *,
    key: str = "",
    phone: str = "",
    centre: str = "",
    **ended: Disposition,
) -> None:
    record_call(database, ref, at, CALLER)
    told = [
        *([CallEvent(at, CallEventKind.KEY, {"key": key, "menu": "main"})] if key else []),
        *([CallEvent(at, CallEventKind.STAFF_ANSWERED, {"phone": phone, "waited": 1})] if phone else []),
        *([CallEvent(at, CallEventKind.CENTRE_DIALLED, {"centre": centre, "reference": f"r{ref}"})] if centre else []),
    ]
    for _ in range(2):  # a second reading of the same log tells everything again
        calls.add_events(database, ref, told)
    calls.close_call(database, ref, at=at, disposition=ended.get("ended", Disposition.STAFF), cause="16")


def found(database: Database, wanted: CallFilter, limit: int = 100) -> list[str]:
    """All pages of at most `limit` calls."""
    refs: list[str] = []
    before = None
    while page := list_calls(database, READER, wanted, before=before, limit=limit):
        refs += [call.ref for call in page]
        before = CallPosition(page[-1].started_at, page[-1].ref)
    return refs


def test_calls_are_found_by_key_agent_and_centre_alone_and_together(database: Database, noon: datetime) -> None:
    anne, basile = add_agents(database, noon)
    phones = {"": None, anne.sip_account: anne.id, basile.sip_account: basile.id}
    made: dict[str, tuple[str, int | None, str, Disposition]] = {}
    for n, (key, phone, centre) in enumerate(product(KEYS, phones, CENTRES)):
        ended = Disposition.OVERFLOW if n % 4 else Disposition.STAFF
        made[f"{n:02}.1"] = (key, phones[phone], centre, ended)
        at = noon - timedelta(minutes=n // 2)  # two at a time
        add_call(database, f"{n:02}.1", at, key=key, phone=phone, centre=centre, ended=ended)
    follow_calls(database)
    wanted = product(("", "1", "9"), (None, anne.id), ("", "south"), ((), (Disposition.STAFF,)), ((), ("0001",)))
    for key, agent, centre, outcomes, digits in wanted:
        right = [
            ref
            for ref, (pressed, answered, dialled, ended) in made.items()
            if key in ("", pressed) and agent in (None, answered) and centre in ("", dialled)
            if not outcomes or ended in outcomes
        ]
        asked = CallFilter(dispositions=outcomes, digits=digits, key=key, agent_id=agent, centre=centre)
        assert sorted(found(database, asked, limit=4)) == right, asked
        assert found(database, asked, limit=4) == found(database, asked), asked  # newest first, page by page


def test_a_period_bounds_what_is_found_by_key(database: Database, noon: datetime) -> None:
    for n in range(4):
        add_call(database, f"{n}.1", noon - timedelta(hours=n), key="1")
    wanted = CallFilter(since=noon - timedelta(hours=2), until=noon, key="1")
    assert found(database, wanted) == ["1.1", "2.1"]


def test_an_agent_is_found_in_their_calls_after_their_telephone_has_another_account(
    database: Database, noon: datetime
) -> None:
    anne, basile = add_agents(database, noon)
    add_call(database, "1.1", noon, phone=anne.sip_account)
    add_call(database, "2.1", noon, phone="unknown")
    agents.remove_agent(database, anne.id, password="another", at=noon)
    assert found(database, CallFilter(agent_id=anne.id)) == ["1.1"]
    assert found(database, CallFilter(agent_id=basile.id)) == []
    assert list_known_traits(database) == KnownTraits((), ((anne.id, "Anne"),), ())


def test_only_what_some_call_has_can_be_looked_for(database: Database, noon: datetime) -> None:
    assert list_known_traits(database) == KnownTraits((), (), ())
    add_call(database, "1.1", noon, key="2", centre="north")
    add_call(database, "2.1", noon, key="*")
    assert list_known_traits(database) == KnownTraits(("2", "*"), (), ("north",))


def test_the_calls_of_an_older_database_are_found_too(databases: DatabaseFactory, engine: str, noon: datetime) -> None:
    url = databases.empty()
    upgrade(url)
    with closing(open_database(url)) as database:
        check_upgrade(database, noon)


def check_upgrade(database: Database, noon: datetime) -> None:
    anne, _ = add_agents(database, noon)
    add_call(database, "1.1", noon, key="1", phone=anne.sip_account, centre="north")
    add_call(database, "2.1", noon, phone="gone")
    with database.read() as connection:
        before = connection.execute(select(CallTrait).order_by(CallTrait.kind)).all()
    assert len(before) == 3
    with database.write() as connection:
        connection.execute(delete(CallTrait))
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, "0068")
        command.upgrade(config, "head")
    with database.read() as connection:
        assert connection.execute(select(CallTrait).order_by(CallTrait.kind)).all() == before


@pytest.mark.parametrize("kind", [CallEventKind.KEY, CallEventKind.WRONG_KEY])
def test_a_key_that_leads_nowhere_was_pressed_too(database: Database, noon: datetime, kind: CallEventKind) -> None:
    record_call(database, "1.1", noon, CALLER)
    calls.add_events(database, "1.1", [CallEvent(noon, kind, {"key": "7", "menu": "main"})])
    assert found(database, CallFilter(key="7")) == ["1.1"]
