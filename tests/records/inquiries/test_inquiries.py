"""An inquiry is on the person's card, is limited as callbacks are, and is purged and erased with its answer."""

from datetime import datetime, timedelta

import pytest
from inquiries import EMAIL, request_of, write_inquiry
from recorded_calls import CALLER, record_call
from sqlalchemy import select

from records import mail_queue
from records.actor import command_line_actor
from records.callbacks.callback_request import TooManyCallbacks
from records.callbacks.idempotency import IdempotencyKey, IdempotencyKeyReused
from records.contacts.contact_cards import get_card
from records.database.engine import Database
from records.errors import NotFound, RecordsError
from records.inbox.inbox import close_request
from records.inquiries.acceptance import NewInquiry, accept_inquiry
from records.inquiries.answers import MAX_ANSWER, answer_inquiry, get_inquiry, renew_mail_link
from records.mail_queue import MailKind
from records.requests.requests import RequestKind, list_requests
from records.retention import person_data
from records.retention.erasure import erase_contact, find_person
from records.retention.purge import count_kept_open, purge
from records.schema import Inquiry, Interaction, Request, RequestEntry
from records.secrets import hash_secret
from routing.callbacks.limits import CallbackLimits
from routing.retention import RetentionRules

ANNE = command_line_actor("anne")
DAY = timedelta(days=1)
KEEP = RetentionRules(reception=100, voicemail=50, callback=20, campaigning=200, satisfaction=100)
FROM_FORM = NewInquiry("Bonjour", "+33199000000", "www", "fr", email=EMAIL, address="2001:db8::1")


def contact_of(database: Database, request_id: int) -> int:
    with database.read() as connection:
        (request,) = list_requests(connection, Request.id == request_id)
    assert request.kind is RequestKind.INQUIRY and request.contact_id
    return request.contact_id


def test_an_inquiry_of_a_caller_is_on_the_card_of_their_number_which_it_does_not_change(
    database: Database, noon: datetime
) -> None:
    card = record_call(database, "1.1", noon, CALLER).contact_id
    inquiry = write_inquiry(database, at=noon, line=CALLER, email="somebody@example.org")
    assert contact_of(database, request_of(database, inquiry)) == card
    with database.read() as connection:
        assert get_card(connection, card or 0).emails == ()
        told = connection.execute(
            select(Interaction.channel, Interaction.summary).where(Interaction.contact_id == card)
        )
        assert ("form", inquiry.ref) in [tuple(row) for row in told]


def test_two_inquiries_of_one_address_are_on_one_card_in_any_spelling(database: Database, noon: datetime) -> None:
    one, other = (write_inquiry(database, at=noon, email=email) for email in ("Zoe@Example.org", "zoe@example.org"))
    stranger = write_inquiry(database, at=noon, email="zora@example.org")
    cards = [contact_of(database, request_of(database, each)) for each in (one, other, stranger)]
    assert cards[0] == cards[1] != cards[2]
    with database.read() as connection:
        assert get_card(connection, cards[0]).emails == ("Zoe@Example.org",)


def test_inquiries_are_limited_by_address_as_callbacks_are(database: Database, noon: datetime) -> None:
    limits = CallbackLimits(address_hour=2, number_day=50, number_month=50)
    for _ in range(2):
        accept_inquiry(database, FROM_FORM, limits, at=noon)
    with pytest.raises(TooManyCallbacks) as refused:
        accept_inquiry(database, FROM_FORM, limits, at=noon + timedelta(minutes=10))
    assert refused.value.retry_after_s == 50 * 60
    accept_inquiry(database, FROM_FORM, limits, at=noon + timedelta(minutes=61))


def test_one_address_writes_as_often_as_one_number_may_ask(database: Database, noon: datetime) -> None:
    limits = CallbackLimits(number_day=1, number_month=2)
    for day in range(2):
        accept_inquiry(database, FROM_FORM, limits, at=noon + day * DAY)
        with pytest.raises(TooManyCallbacks):
            accept_inquiry(database, FROM_FORM, limits, at=noon + day * DAY + timedelta(hours=23))
    with pytest.raises(TooManyCallbacks):
        accept_inquiry(database, FROM_FORM, limits, at=noon + 3 * DAY)


def test_a_form_that_is_sent_twice_is_one_inquiry(database: Database, noon: datetime) -> None:
    key = IdempotencyKey("0123456789abcdef", "0" * 64)
    once, again = (accept_inquiry(database, FROM_FORM, CallbackLimits(), at=noon, idempotency=key) for _ in range(2))
    assert once == again
    with pytest.raises(IdempotencyKeyReused):
        accept_inquiry(database, FROM_FORM, CallbackLimits(), at=noon, idempotency=IdempotencyKey(key.key, "1" * 64))


def test_the_visitor_reads_the_answer_with_their_link_or_with_that_of_the_mail(
    database: Database, noon: datetime
) -> None:
    inquiry = write_inquiry(database, at=noon)
    request_id = request_of(database, inquiry)
    assert get_inquiry(database, inquiry.ref.lower(), inquiry.secret).answers == ()
    answer_inquiry(database, ANNE, request_id, "Au guichet 2.", by_mail=True, at=noon + DAY)
    (answer,) = get_inquiry(database, inquiry.ref, inquiry.secret).answers
    assert (answer.at, answer.text) == (noon + DAY, "Au guichet 2.")
    claimed = mail_queue.claim_mail(database, at=noon + DAY)
    assert claimed and (claimed.kind, claimed.request_id) == (MailKind.INQUIRY_ANSWERED, request_id)
    with database.write() as connection:
        assert renew_mail_link(connection, request_id, hash_secret("second")) == (EMAIL, "fr", inquiry.ref)
    assert (
        get_inquiry(database, inquiry.ref, "second").answers
        == get_inquiry(database, inquiry.ref, inquiry.secret).answers
    )
    for ref, secret in ((inquiry.ref, "other"), ("K7M4-2QXD", inquiry.secret)):
        with pytest.raises(NotFound):
            get_inquiry(database, ref, secret)


def test_only_inquiries_are_answered_and_only_with_words(database: Database, noon: datetime) -> None:
    request_id = request_of(database, write_inquiry(database, at=noon))
    for text in ("  ", "x" * (MAX_ANSWER + 1)):
        with pytest.raises(RecordsError):
            answer_inquiry(database, ANNE, request_id, text, by_mail=False, at=noon)
    with pytest.raises(NotFound):
        answer_inquiry(database, ANNE, request_id + 1, "Bonjour", by_mail=False, at=noon)


def test_nobody_is_mailed_without_an_address_or_a_mail_server(database: Database, noon: datetime) -> None:
    with_number = write_inquiry(database, at=noon, line=CALLER, email=None)
    for inquiry, by_mail in ((with_number, True), (write_inquiry(database, at=noon), False)):
        answer_inquiry(database, ANNE, request_of(database, inquiry), "Oui", by_mail=by_mail, at=noon)
    assert mail_queue.claim_mail(database, at=noon) is None


def test_a_closed_inquiry_is_purged_with_its_answer_and_an_open_one_stays(database: Database, noon: datetime) -> None:
    closed, waiting = write_inquiry(database, at=noon), write_inquiry(database, at=noon)
    request_id = request_of(database, closed)
    answer_inquiry(database, ANNE, request_id, "Oui", by_mail=False, at=noon)
    close_request(database, ANNE, request_id, "answered", note=None, at=noon + 5 * DAY)
    purge(database, KEEP, at=noon + 24 * DAY)
    assert get_inquiry(database, closed.ref, closed.secret).answers
    purge(database, KEEP, at=noon + 26 * DAY)
    with pytest.raises(NotFound):
        get_inquiry(database, closed.ref, closed.secret)
    assert get_inquiry(database, waiting.ref, waiting.secret).text
    assert count_kept_open(database, KEEP, noon + 26 * DAY) == 1
    assert words(database, request_id) == [None, None, None, None, None]


def words(database: Database, request_id: int) -> list[str | None]:
    """What is left of the words of an inquiry and of its answer."""
    with database.read() as connection:
        columns = (Inquiry.name, Inquiry.email, Inquiry.text, Inquiry.mail_secret_hash)
        (row,) = connection.execute(select(*columns).where(Inquiry.request_id == request_id))
        answered = (RequestEntry.request_id == request_id) & (RequestEntry.kind == "answer")
        return [*row, *connection.scalars(select(RequestEntry.note).where(answered))]


def test_a_person_is_exported_and_erased_with_what_they_wrote_and_were_answered(
    database: Database, noon: datetime
) -> None:
    key = IdempotencyKey("0123456789abcdef", "0" * 64)
    inquiry = accept_inquiry(database, FROM_FORM, CallbackLimits(), at=noon, idempotency=key)
    request_id = request_of(database, inquiry)
    answer_inquiry(database, ANNE, request_id, "Oui, lundi", by_mail=True, at=noon)
    contact = contact_of(database, request_id)
    with database.read() as connection:
        told = person_data.collect(connection, find_person(connection, contact))
    assert [row["text"] for row in told["inquiries"]] == ["Bonjour"]
    assert not {"secret_hash", "mail_secret_hash"} & set(told["inquiries"][0])
    assert "Oui, lundi" in [row["note"] for row in told["request_entries"]]

    erase_contact(database, ANNE, contact, at=noon)
    assert words(database, request_id) == [None, None, None, None, None]
    with pytest.raises(NotFound):
        get_inquiry(database, inquiry.ref, inquiry.secret)
    with database.write() as connection:  # the mail that waits has nobody to go to
        assert renew_mail_link(connection, request_id, hash_secret("x")) is None
    again = accept_inquiry(database, FROM_FORM, CallbackLimits(), at=noon, idempotency=key)
    assert again.ref != inquiry.ref  # no stored answer gives the link away
