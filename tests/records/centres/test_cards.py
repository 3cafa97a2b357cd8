"""The card of a call at an overflow centre: for its own people, while the call lasts and some minutes after."""

from datetime import datetime, timedelta

import pytest
from centre_people import add_person, end, ring, tell

from records.actor import command_line_actor
from records.call_events import CallEventKind
from records.centres import card_views, cards, outcomes, passing_on
from records.centres.accounts import CentreAccount
from records.centres.cards import CallCard, LastOutcome
from records.contacts.lines import identify_caller
from records.database.engine import Database
from records.errors import NotFound
from records.requests import due_times
from records.requests.requests import list_requests
from records.schema import Contact
from records.schema import Request as Requests
from routing.centres.codes import derive_code
from routing.menu_paths import PressedKey

AFTER = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def zoe(database: Database, noon: datetime) -> CentreAccount:
    return add_person(database, noon, password=None)


def look(database: Database, account: CentreAccount, reference: str, at: datetime) -> CallCard:
    return cards.open_card(database, account, reference, "link", after=AFTER, at=at)


def test_the_card_of_a_call_that_rings_has_the_name_and_the_way_of_the_caller_and_no_number(
    database: Database, zoe: CentreAccount, noon: datetime
) -> None:
    reference = ring(database, 1, noon)
    with database.write() as connection:
        connection.execute(Contact.__table__.update().values(name="Jeanne Lefebvre"))

    card = look(database, zoe, reference, noon + MINUTE)

    assert (card.name, card.pressed) == ("Jeanne Lefebvre", (PressedKey("main", "1"),))
    assert (card.dialled_at - card.started_at, card.answered_at, card.closes_at) == (timedelta(seconds=40), None, None)
    assert "+33" not in repr(card)


def test_a_card_closes_some_minutes_after_the_call(database: Database, zoe: CentreAccount, noon: datetime) -> None:
    reference = ring(database, 1, noon)
    tell(database, 1, noon + MINUTE, CallEventKind.CENTRE_ANSWERED)
    end(database, 1, noon + 3 * MINUTE)

    assert look(database, zoe, reference, noon + 12 * MINUTE).closes_at == noon + 13 * MINUTE
    with pytest.raises(NotFound):
        look(database, zoe, reference, noon + 13 * MINUTE)


def test_a_centre_that_did_not_answer_sees_nothing_of_the_call_that_went_on(
    database: Database, zoe: CentreAccount, noon: datetime
) -> None:
    reference = ring(database, 1, noon)
    tell(database, 1, noon + MINUTE, CallEventKind.CENTRE_FAILED, reason="noanswer")
    with pytest.raises(NotFound):
        look(database, zoe, reference, noon + MINUTE)


def test_unknown_and_foreign_references_are_told_the_same(
    database: Database, zoe: CentreAccount, noon: datetime
) -> None:
    foreign = ring(database, 1, noon, centre="south")
    refusals = []
    for reference in (foreign, "0" * 32, "", "%"):
        with pytest.raises(NotFound) as refused:
            look(database, zoe, reference, noon)
        refusals.append(str(refused.value))
    assert len(set(refusals)) == 1
    assert card_views.list_views(database, command_line_actor("test"), "north", limit=9) == ()


def test_a_code_finds_the_calls_of_this_centre_alone(database: Database, noon: datetime) -> None:
    own, foreign = ring(database, 1, noon), ring(database, 2, noon, centre="south", caller=None)
    find = [
        [each.reference for each in cards.list_live_calls(database, "north", code, after=AFTER, at=noon)]
        for code in (derive_code(own), derive_code(foreign), "")
    ]
    assert find == [[own], [], []]
    assert derive_code(own) != derive_code(foreign)


def test_each_look_at_a_card_is_on_record(database: Database, zoe: CentreAccount, noon: datetime) -> None:
    reference = ring(database, 1, noon)
    cards.open_card(database, zoe, reference, "code", after=AFTER, at=noon)
    look(database, zoe, reference, noon + MINUTE)
    views = card_views.list_views(database, command_line_actor("test"), "north", limit=9)
    assert [(view.by, view.at, view.found_by, view.call_ref) for view in views] == [
        ("Zoé Agent", noon + MINUTE, "link", "1.1"),
        ("Zoé Agent", noon, "code", "1.1"),
    ]


def test_the_last_outcome_is_that_of_an_earlier_call_and_never_the_mediators(
    database: Database, zoe: CentreAccount, noon: datetime
) -> None:
    first, second = ring(database, 1, noon), ring(database, 2, noon + 30 * MINUTE)
    assert look(database, zoe, second, noon + 31 * MINUTE).last is None
    given = outcomes.find_given_call(database, "north", first)
    assert given
    outcomes.report_outcome(database, given.handoff_id, "answered", None, by="Zoé", at=noon + MINUTE)
    assert look(database, zoe, second, noon + 31 * MINUTE).last == LastOutcome("answered", noon + MINUTE)

    with database.write() as connection:
        known = identify_caller(connection, "+33639980001", noon)
        sealed = {"kind": "other", "contact_id": known.contact_id, "created_at": noon, "level": 3}
        closed = {"closed_at": noon + 5 * MINUTE, "closed_by": "M", "outcome": "passed_on"}
        connection.execute(Requests.__table__.insert().values(**sealed, **closed))
    assert look(database, zoe, second, noon + 31 * MINUTE).last == LastOutcome("answered", noon + MINUTE)


def test_a_call_that_is_passed_on_is_one_request_of_level_2_that_becomes_due(
    database: Database, zoe: CentreAccount, noon: datetime
) -> None:
    reference = ring(database, 1, noon)
    handoff = cards.find_open_card(database, "north", reference, after=AFTER, at=noon)
    made = passing_on.pass_on(database, zoe, handoff, "From North", "Wants the form B12.", at=noon)
    again = passing_on.pass_on(database, zoe, handoff, "From North", "By post.", at=noon + MINUTE)

    due_times.fill_due_times(database, lambda number, topic, since: since + timedelta(hours=8))
    assert made == again
    with database.read() as connection:
        (row,) = list_requests(connection, Requests.id == made)
    assert (row.level, row.due_at, row.line) == (2, noon + timedelta(hours=8), "+33639980001")
    assert row.subject == "From North"
    assert look(database, zoe, reference, noon + MINUTE).has_request
