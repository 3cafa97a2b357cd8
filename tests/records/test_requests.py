from datetime import datetime

import pytest
from sqlalchemy import insert

from records.base import Base
from records.errors import NotFound
from records.requests import RequestKind, close, open_request, open_requests
from records.schema import Call, Line


@pytest.fixture
def line(base: Base, noon: datetime) -> int:
    """A line that called twice: 1.1 and 1.2."""
    with base.write() as connection:
        line_id = connection.execute(insert(Line).values(e164="+33639980001", created_at=noon).returning(Line.id))
        for ref in ("1.1", "1.2"):
            row = {"ref": ref, "landing": "+33199000000", "withheld": False, "language": "fr", "started_at": noon}
            connection.execute(insert(Call).values(row))
        return line_id.scalar_one()


def test_a_request_asked_for_twice_in_one_call_is_one(base: Base, line: int, noon: datetime) -> None:
    first, second = (
        open_request(base, RequestKind.VOICEMAIL, call_ref="1.1", contact_id=None, line_id=line, at=noon)
        for _ in range(2)
    )
    assert first == second
    assert open_requests(base) == (first,)


def test_two_withheld_numbers_can_both_miss_somebody(base: Base, line: int, noon: datetime) -> None:
    for ref in ("1.1", "1.2"):
        open_request(base, RequestKind.MISSED, call_ref=ref, contact_id=None, line_id=None, at=noon)
    assert len(open_requests(base)) == 2


def test_who_closes_first_is_kept(base: Base, line: int, noon: datetime) -> None:
    asked = open_request(base, RequestKind.MISSED, call_ref="1.1", contact_id=None, line_id=line, at=noon)
    close(base, asked.id, by="Anne", outcome="reached", at=noon, note="Wants the programme.")
    treated = close(base, asked.id, by="Basile", outcome="no answer", at=noon)
    assert (treated.closed_by, treated.outcome, treated.note) == ("Anne", "reached", "Wants the programme.")
    assert not treated.is_open
    assert open_requests(base) == ()


def test_a_request_that_does_not_exist_is_said(base: Base, noon: datetime) -> None:
    with pytest.raises(NotFound, match="no request 7"):
        close(base, 7, by="Anne", outcome="reached", at=noon)
