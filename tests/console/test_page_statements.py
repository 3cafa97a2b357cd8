"""A page asks the database as often for many rows as for few, and for what several of its parts show only once."""

from datetime import timedelta

import pytest
from console_client import ConsoleApp
from recorded_calls import record_call
from statements import counted_statements

from records.call_events import Disposition
from records.calls import calls
from records.requests import requests
from records.requests.requests import RequestKind
from routing.access.permissions import Role

HUNG_UP = "/calls?outcome=abandoned"
OF_THE_FRAME = (
    "SELECT count(*) AS count_1, count(*) FILTER (WHERE request.owner_id",
    *("SELECT message_draft.id", "SELECT presence.agent_id", "SELECT override.name"),
)
"""What the badges and the strip of each page ask."""


def add_people_who_hung_up(console: ConsoleApp, numbers: range) -> None:
    """Each of them has a number and a card, and waits for somebody who calls back."""
    for number in numbers:
        at, ref = console.now - timedelta(hours=1, seconds=number), f"{number}.1"
        opened = record_call(console.database, ref, at, f"+336399800{number:02}")
        calls.close_call(console.database, ref, at=at, disposition=Disposition.ABANDONED, cause="16")
        requests.open_request(
            console.database,
            RequestKind.MISSED,
            call_ref=ref,
            contact_id=opened.contact_id,
            line_id=opened.line_id,
            at=at,
        )


@pytest.mark.parametrize("page", ["/inbox", "/inbox/refresh", HUNG_UP])
def test_a_list_asks_as_often_for_many_as_for_few(console: ConsoleApp, page: str) -> None:
    staff, asked = console.sign_in(Role.STAFF), []
    for numbers in (range(1, 3), range(3, 9)):
        add_people_who_hung_up(console, numbers)
        with counted_statements(console.database) as statements:
            assert f"06 39 98 00 {numbers[-1]:02}" in staff.get(page).text
        asked.append(len(statements))
    assert asked[0] == asked[1]


@pytest.mark.parametrize("page", ["/", "/refresh", "/inbox"])
def test_what_the_frame_and_the_page_show_is_asked_once(console: ConsoleApp, page: str) -> None:
    administrator = console.sign_in(Role.ADMINISTRATOR)
    with counted_statements(console.database) as statements:
        assert administrator.get(page).status_code == 200
    for beginning in OF_THE_FRAME:
        assert sum(each.startswith(beginning) for each in statements) == 1, beginning


def test_the_page_of_a_person_reads_their_card_once(console: ConsoleApp) -> None:
    add_people_who_hung_up(console, range(1, 2))
    staff = console.sign_in(Role.STAFF)
    with counted_statements(console.database) as statements:
        assert "06 39 98 00 01" in staff.get("/contacts/1").text
    assert sum(each.startswith("SELECT contact.id, contact.name") for each in statements) == 1
