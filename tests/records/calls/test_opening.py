"""Calls that are opened together: the same rows as one by one, in as many statements as one takes."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from recorded_calls import PUBLIC_NUMBER, record_call
from sqlalchemy import func, insert, select
from statements import counted_statements

from records.call_events import IncomingCall
from records.calls.call_detail import get_call_detail
from records.calls.calls import open_incoming_call, open_incoming_calls
from records.database.engine import Database
from records.schema import Contact, ContactLine, Line

ANNE, BASILE, CLARA = "+33639980001", "+33639980002", "+33639980003"


def make_arrival(ref: str, at: datetime, caller: str | None, *, withheld: bool = False) -> IncomingCall:
    return IncomingCall(ref, at, PUBLIC_NUMBER, PUBLIC_NUMBER, caller, withheld, "fr", 1)


def contact_of(database: Database, ref: str) -> int | None:
    return get_call_detail(database, ref).call.contact_id


def test_calls_that_are_opened_together_find_or_create_the_contact_of_each_caller(
    database: Database, noon: datetime
) -> None:
    basile = record_call(database, "1.1", noon, BASILE)
    clara = record_call(database, "1.2", noon + timedelta(minutes=1), CLARA)
    with database.write() as connection:  # who has called last from that line is expected on it
        tie = {"contact_id": clara.contact_id, "line_id": basile.line_id, "since": noon}
        connection.execute(insert(ContactLine).values(tie))

    def new(ref: str, caller: str | None, *, withheld: bool = False) -> IncomingCall:
        return make_arrival(ref, noon + timedelta(minutes=2), caller, withheld=withheld)

    open_incoming_calls(
        database,
        [
            *(new("2.1", ANNE), new("2.2", ANNE), new("2.3", BASILE), new("2.4", "+33639980009")),
            *(new("2.5", ANNE, withheld=True), new("2.6", None), new("1.1", ANNE)),
        ],
    )

    anne, other = contact_of(database, "2.1"), contact_of(database, "2.4")
    assert anne == contact_of(database, "2.2") != other
    assert contact_of(database, "2.3") == clara.contact_id
    assert [contact_of(database, ref) for ref in ("2.5", "2.6", "1.1")] == [None, None, basile.contact_id]
    with database.read() as connection:
        counts = [connection.scalar(select(func.count()).select_from(table)) for table in (Line, Contact, ContactLine)]
    assert counts == [4, 4, 5]
    detail = get_call_detail(database, "2.1").call
    assert (detail.line, detail.started_at, detail.plan_version) == (ANNE, noon + timedelta(minutes=2), 1)
    assert get_call_detail(database, "2.5").call.withheld


@pytest.mark.parametrize("together", [True, False])
def test_a_call_that_the_channel_event_log_opened_gets_the_plan_it_is_served_by(
    database: Database, noon: datetime, together: bool
) -> None:
    record_call(database, "1.1", noon, ANNE, language="", plan_version=None)
    served = make_arrival("1.1", noon + timedelta(seconds=1), ANNE)

    open_incoming_calls(database, [served]) if together else open_incoming_call(database, served)
    open_incoming_calls(database, [replace(served, plan_version=2, language="en")])  # the first plan stays

    call = get_call_detail(database, "1.1").call
    assert (call.plan_version, call.language, call.started_at) == (1, "fr", noon)


def test_many_calls_are_opened_in_as_many_statements_as_one(database: Database, noon: datetime) -> None:
    with counted_statements(database) as for_one:
        open_incoming_calls(database, [make_arrival("1.0", noon, ANNE)])
    with counted_statements(database) as for_many:
        calls = [make_arrival(f"2.{n}", noon, f"+336399801{n:02}") for n in range(30)]
        open_incoming_calls(database, calls)
    assert len(for_many) <= len(for_one)
