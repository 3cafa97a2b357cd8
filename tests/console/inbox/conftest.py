"""Requests that wait, for the tests of the inbox."""

from datetime import timedelta

import pytest
from console_client import ConsoleApp
from named_contacts import describe_contact
from recorded_calls import record_call

from records import requests
from records.calls import calls, voicemails
from records.requests import RequestKind

ANNE = "+33639980001"


@pytest.fixture
def console_with_requests(console: ConsoleApp) -> ConsoleApp:
    """Anne left a voicemail an hour ago; somebody with a withheld number reached nobody."""
    at = console.now - timedelta(hours=1)
    opened = record_call(console.database, "1.1", at, ANNE)
    describe_contact(console.database, opened.contact_id, name="Anne Lefèvre")
    voicemails.save_voicemail(console.database, "1.1", file="one.wav", seconds=12.0, at=at)
    calls.close_call(console.database, "1.1", at=at, disposition=None, cause="16")
    record_call(console.database, "1.2", at, None)
    requests.open_request(console.database, RequestKind.MISSED, call_ref="1.2", contact_id=None, line_id=None, at=at)
    return console
