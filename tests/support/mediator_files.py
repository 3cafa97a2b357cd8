"""What the mediator has, for tests that look for it where others can look: every field of it says one word."""

from datetime import datetime, timedelta

from callback_records import accept_callback, make_callback_request, request_id
from inquiries import request_of, write_inquiry
from named_contacts import describe_contact
from recorded_calls import record_call

from records.actor import Actor
from records.callbacks.callback_request import CallbackChannel
from records.calls import calls, voicemails
from records.database.engine import Database
from records.inbox import treatment
from records.inbox.treatment import Sorting
from records.inquiries.answers import answer_inquiry
from records.requests import requests
from records.requests.requests import RequestKind

CANARY, UNKNOWN = "Zwetschgenmus", "Zwetschgenmux"
NOW = "la suite ne regarde que le médiateur"
ANNE, VISITOR, WRITER = "+33639980001", "+33639980007", "+33639980009"


def leave_requests(database: Database, now: datetime) -> None:
    """Anne left a voicemail an hour ago; somebody with a withheld number reached nobody."""
    at = now - timedelta(hours=1)
    opened = record_call(database, "1.1", at, ANNE)
    describe_contact(database, opened.contact_id, name="Anne Lefèvre")
    voicemails.save_voicemail(database, "1.1", file="one.wav", seconds=12.0, at=at)
    calls.close_call(database, "1.1", at=at, disposition=None, cause="16")
    record_call(database, "1.2", at, None)
    requests.open_request(database, RequestKind.MISSED, call_ref="1.2", contact_id=None, line_id=None, at=at)


def hand_to_mediator(database: Database, mediator: Actor, now: datetime) -> tuple[int, ...]:
    """Anne's voicemail, a callback and an inquiry of a website are the mediator's now; gives their numbers."""
    at = now - timedelta(minutes=30)
    wanted = make_callback_request(VISITOR, name=CANARY, topic=CANARY, channel=CallbackChannel.WEB)
    accepted = accept_callback(database, wanted, at=at)
    inquiry = request_of(database, write_inquiry(database, CANARY, at=at, line=WRITER, name=CANARY))
    answer_inquiry(database, mediator, inquiry, CANARY, by_mail=True, at=at)
    sealed = (request_of_call(database, "1.1"), request_id(database, accepted.ref), inquiry)
    for each in sealed:
        sorting = Sorting(f"{CANARY} {NOW}", None, 1, None)
        treatment.sort_request(database, mediator, each, sorting, at=now)
        treatment.add_note(database, mediator, each, CANARY, at=now)
        treatment.hand_to_level(database, mediator, each, 3, note=CANARY, at=now)
    return sealed


def request_of_call(database: Database, ref: str) -> int:
    """The number of the request that this call left."""
    with database.read() as connection:
        return requests.list_requests(connection, requests.Requests.call_ref == ref)[0].id
