"""The calls of a centre as its costs are worked out from them, and the contracts that hold on each day."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from recorded_calls import record_call
from rich_plan import RICH_PLAN

from records.actor import Actor, Forbidden
from records.call_events import CallEvent, CallEventKind, Disposition
from records.calls.calls import add_events, close_call
from records.centres import ledger, statements
from records.centres.contracts import find_contracts
from records.database.engine import Database
from records.plan import plan_versions
from routing.access.permissions import Role
from routing.centres.day_counts import HandedOverCall
from routing.centres.reporting import find_contract
from routing.centres.statements import StatementKind, StatementLine

PARIS = ZoneInfo("Europe/Paris")
JUNE, JULY = date(2030, 6, 1), date(2030, 7, 1)


def hand_over(database: Database, ref: str, at: datetime, centre: str = "north") -> None:
    record_call(database, ref, at)
    dialled = CallEvent(at, CallEventKind.CENTRE_DIALLED, {"centre": centre, "reference": f"r{ref}"})
    answered = CallEvent(at + timedelta(seconds=4), CallEventKind.CENTRE_ANSWERED, {"centre": centre})
    add_events(database, ref, [dialled, answered])


def test_a_month_begins_and_ends_at_midnight_of_the_house(database: Database) -> None:
    for ref, at in (("1.1", "05-31T21:59"), ("1.2", "05-31T22:00"), ("1.3", "06-30T21:59"), ("1.4", "06-30T22:00")):
        hand_over(database, ref, datetime.fromisoformat(f"2030-{at}:00+00:00"))
    hand_over(database, "1.5", datetime(2030, 6, 3, tzinfo=UTC), centre="south")
    close_call(
        database, "1.2", at=datetime(2030, 5, 31, 22, 1, tzinfo=UTC), disposition=Disposition.OVERFLOW, cause="16"
    )
    first, last = ledger.list_calls(database, "north", JUNE, JULY, PARIS)
    assert first == HandedOverCall("r1.2", datetime(2030, 5, 31, 22, tzinfo=UTC), JUNE, 4.0, 56.0, missing=True)
    assert (last.reference, last.day, last.talk_s) == ("r1.3", date(2030, 6, 30), None)  # the talk goes on
    assert ledger.list_centres(database) == ("north", "south")
    assert ledger.find_known(database, "north", ["r1.1", "r1.5", "x"]) == {"r1.1"}


def test_the_newest_contract_holds_and_an_ended_one_keeps_its_days(database: Database, noon: datetime) -> None:
    old = RICH_PLAN.replace("until: 2035-12-31", "until: 2030-06-15")
    new = RICH_PLAN.replace("from: 2026-01-01", "from: 2030-06-16").replace("contact_price: 2.45", "contact_price: 3")
    for text in (RICH_PLAN.replace("contact_price: 2.45", "contact_price: 9"), old, new):
        plan_versions.save_plan(database, text, author="Anne", at=noon)
    found = find_contracts(database, "north", JUNE, date(2030, 6, 30))
    assert [str(contract.contact_price) for contract in found] == ["3", "2.45"]
    assert find_contracts(database, "south", JUNE, date(2030, 6, 30)) == ()


def test_a_contract_that_was_given_an_earlier_end_holds_on_no_day_after_it(database: Database, noon: datetime) -> None:
    open_ended = RICH_PLAN.replace("        until: 2035-12-31\n", "")
    for text in (open_ended, RICH_PLAN.replace("until: 2035-12-31", "until: 2030-06-15")):
        plan_versions.save_plan(database, text, author="Anne", at=noon)
    found = find_contracts(database, "north", JUNE, date(2030, 6, 30))
    days = (date(2026, 1, 1), date(2030, 6, 15), date(2030, 6, 16))
    assert [find_contract(found, day) is not None for day in days] == [True, True, False]


def test_a_contract_without_an_end_counts_until_the_next_one_begins(database: Database, noon: datetime) -> None:
    open_ended = RICH_PLAN.replace("        until: 2035-12-31\n", "")
    new = RICH_PLAN.replace("from: 2026-01-01", "from: 2030-06-11").replace("until: 2035-12-31", "until: 2030-06-20")
    for text in (open_ended, new.replace("contact_price: 2.45", "contact_price: 3")):
        plan_versions.save_plan(database, text, author="Anne", at=noon)
    found = find_contracts(database, "north", JUNE, date(2030, 6, 30))
    held = [find_contract(found, date(2030, 6, day)) for day in (10, 11, 20, 21)]
    assert [each and str(each.contact_price) for each in held] == ["2.45", "3", "3", None]


def test_what_a_centre_has_sent_is_kept_to_the_last_digit_and_replaced_by_a_new_file(
    database: Database, noon: datetime
) -> None:
    actor = Actor(None, Role.SUPERVISOR, "Anne", "console")
    for amount in ("9", "2.4550"):
        lines = [StatementLine(2, "r1", None, Decimal(amount))]
        statements.import_statement(
            database,
            actor,
            statements.NewStatement("north", JUNE, StatementKind.INVOICE, lines, file_name="juin.csv"),
            at=noon,
        )
    kept = statements.find_statement(database, "north", JUNE, StatementKind.INVOICE)
    assert kept is not None and str(kept.lines[0].amount) == "2.4550"
    assert (len(kept.lines), kept.file_name, kept.imported_by) == (1, "juin.csv", "Anne")
    assert statements.find_statement(database, "north", JULY, StatementKind.INVOICE) is None
    with pytest.raises(Forbidden):
        statements.import_statement(
            database,
            Actor(None, Role.STAFF, "Zoé", "console"),
            statements.NewStatement("north", JUNE, StatementKind.INVOICE, [], file_name=""),
            at=noon,
        )
