"""Requests for staff."""

from datetime import datetime

import pytest
from sqlalchemy import insert

from records.database.engine import Database
from records.errors import NotFound
from records.inbox.resolution import resolve_request
from records.requests.requests import RequestKind, list_open_requests, open_request
from records.schema import Call, Line


@pytest.fixture
def line(database: Database, noon: datetime) -> int:
    """The line of two calls, 1.1 and 1.2."""
    with database.write() as connection:
        line_id = connection.execute(insert(Line).values(e164="+33639980001", created_at=noon).returning(Line.id))
        for ref in ("1.1", "1.2"):
            row = {"ref": ref, "landing": "+33199000000", "withheld": False, "language": "fr", "started_at": noon}
            connection.execute(insert(Call).values(row))
        return line_id.scalar_one()


def test_a_call_has_one_request_of_a_kind(database: Database, line: int, noon: datetime) -> None:
    first, second = (
        open_request(database, RequestKind.VOICEMAIL, call_ref="1.1", contact_id=None, line_id=line, at=noon)
        for _ in range(2)
    )
    assert first == second
    assert list_open_requests(database) == (first,)


def test_two_calls_with_withheld_numbers_have_two_missed_requests(
    database: Database, line: int, noon: datetime
) -> None:
    for ref in ("1.1", "1.2"):
        open_request(database, RequestKind.MISSED, call_ref=ref, contact_id=None, line_id=None, at=noon)
    assert len(list_open_requests(database)) == 2


def test_the_first_resolution_is_kept(database: Database, line: int, noon: datetime) -> None:
    asked = open_request(database, RequestKind.MISSED, call_ref="1.1", contact_id=None, line_id=line, at=noon)
    resolve_request(database, asked.id, by="Anne", outcome="reached", at=noon, note="Wants the programme.")
    resolved = resolve_request(database, asked.id, by="Basile", outcome="no answer", at=noon)
    assert (resolved.closed_by, resolved.outcome, resolved.note) == ("Anne", "reached", "Wants the programme.")
    assert not resolved.is_open
    assert list_open_requests(database) == ()


def test_an_unknown_request_is_not_found(database: Database, noon: datetime) -> None:
    with pytest.raises(NotFound, match="no request 7"):
        resolve_request(database, 7, by="Anne", outcome="reached", at=noon)
