"""What somebody wrote in a letter is purged and erased with the rest, and is in the archive of the person."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from recorded_calls import CALLER
from sqlalchemy import func, select

from records.actor import command_line_actor
from records.contacts.senders import Sender
from records.database.engine import Database
from records.inbox.inbox import close_request
from records.inbox.opening import NewRequest, open_reported_request
from records.requests.requests import REPORTED_KINDS, RequestKind
from records.retention import person_data
from records.retention.erasure import erase_contact, find_person
from records.retention.purge import count_kept_open, purge
from records.schema import Contact, Interaction, Request, RequestEntry
from routing.retention import RetentionRules

ANNE = command_line_actor("anne")
DAY = timedelta(days=1)
KEEP = RetentionRules(reception=100, voicemail=50, callback=20, campaigning=200, satisfaction=100)


def open_letter(database: Database, at: datetime, kind: RequestKind = RequestKind.LETTER) -> int:
    new = NewRequest(kind, Sender(line=CALLER), "My canary is ill.", "Canary")
    return open_reported_request(database, ANNE, new, at=at)


def test_letters_of_one_new_address_that_come_at_once_make_one_card(database: Database, noon: datetime) -> None:
    letter = NewRequest(RequestKind.EMAIL, Sender(email="zoe@example.org"), "Bonjour")
    with ThreadPoolExecutor(8) as programs:
        opened = [*programs.map(lambda _: open_reported_request(database, ANNE, letter, at=noon), range(16))]
    assert len(set(opened)) == 16
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(Contact)) == 1


def words(database: Database) -> list[str | None]:
    """What is left of the words of all requests."""
    with database.read() as connection:
        columns = (Request.subject, RequestEntry.note, Interaction.summary)
        return [text for column in columns for text in connection.scalars(select(column)) if text]


def test_every_channel_is_purged_so_long_after_its_end_and_an_open_one_is_counted(
    database: Database, noon: datetime
) -> None:
    closed = [open_letter(database, noon, kind) for kind in REPORTED_KINDS]
    waiting = open_letter(database, noon + 10 * DAY)
    for each in closed:
        close_request(database, ANNE, each, "answered", note=None, at=noon + 5 * DAY)
    assert purge(database, KEEP, at=noon + 24 * DAY).requests == 0
    assert purge(database, KEEP, at=noon + 26 * DAY).requests == len(REPORTED_KINDS)
    assert words(database) == ["Canary", "My canary is ill.", "Canary"]
    assert count_kept_open(database, KEEP, noon + 26 * DAY) == 0
    assert count_kept_open(database, KEEP, noon + 31 * DAY) == 1
    assert waiting not in closed


def test_a_person_is_given_and_erased_with_what_they_wrote(database: Database, noon: datetime) -> None:
    request_id = open_letter(database, noon)
    with database.read() as connection:
        (contact,) = connection.scalars(select(Request.contact_id).where(Request.id == request_id))
        told = person_data.collect(connection, find_person(connection, contact or 0))
    assert [row["note"] for row in told["request_entries"]] == ["My canary is ill."]
    erase_contact(database, ANNE, contact or 0, at=noon)
    assert words(database) == []
