"""The process that reads what Asterisk wrote also looks which requests are due, and which have been for long."""

from datetime import timedelta

import plan_variants
from asterisk_files import NOW, AsteriskFiles, open_call

from ami.record_sync import OVERDUE_EVERY
from records.database.engine import Database
from records.requests import requests
from records.requests.entries import EntryKind, list_entries
from records.requests.requests import RequestKind
from routing.plan.parsing import parse_plan

RULE = "\nrequests: {due_h: 1, escalate_h: 0}\n"


def escalations(database: Database, request_id: int) -> int:
    """How often the history says that it went up."""
    with database.read() as connection:
        return [entry.kind for entry in list_entries(connection, request_id)].count(EntryKind.ESCALATED)


def test_a_request_gets_its_due_time_and_goes_up_once_also_after_a_restart(
    files: AsteriskFiles, database: Database
) -> None:
    files.plan = parse_plan(plan_variants.PLAN.read_text() + RULE)  # whose number is always open
    open_call(database, "1.1", NOW)
    request = requests.open_request(database, RequestKind.MISSED, call_ref="1.1", contact_id=None, line_id=None, at=NOW)
    files.sync(NOW)
    files.sync(NOW + timedelta(minutes=59))
    assert escalations(database, request.id) == 0
    files.sync(NOW + timedelta(minutes=60) - OVERDUE_EVERY / 2)
    files.sync(NOW + timedelta(minutes=60))  # too soon after the last look
    assert escalations(database, request.id) == 0
    files.sync(NOW + timedelta(minutes=60) + OVERDUE_EVERY)
    files.restart()
    files.sync(NOW + timedelta(hours=2))
    assert escalations(database, request.id) == 1
    (found,) = requests.list_open_requests(database)
    assert (found.level, found.due_at) == (2, NOW + timedelta(hours=1))
