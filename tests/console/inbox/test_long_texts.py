"""A text that is longer than its field lets people type is refused and not cut, whatever program has sent it."""

from html import unescape

import pytest
from console_client import ConsoleApp

from records.inbox import saved_views
from records.inbox.treatment import get_detail
from records.requests import requests
from routing.access.permissions import Role

TOO_LONG = {
    "note": {"note": "x" * 1_001},
    "hand-over": {"to": "level-2", "note": "x" * 1_001},
    "answer": {"answer": "x" * 4_001},
    "sort": {"subject": "x" * 121},
    "close": {"outcome": "answered", "note": "x" * 1_001},
}


def test_the_name_of_a_view_that_is_too_long_is_refused(console_with_requests: ConsoleApp) -> None:
    console, staff = console_with_requests, console_with_requests.sign_in(Role.STAFF)
    refused = staff.post("/inbox/views", {"name": "x" * (saved_views.MAX_VIEW_NAME + 1), "kind": "missed"})
    assert refused.status_code == 422 and saved_views.list_views(console.database, staff.user.actor) == ()


@pytest.mark.parametrize("form", TOO_LONG)
def test_a_text_that_is_too_long_changes_nothing_and_the_page_says_what_to_do(
    console_with_requests: ConsoleApp, form: str
) -> None:
    console, staff = console_with_requests, console_with_requests.sign_in(Role.STAFF)
    request = requests.list_open_requests(console.database)[0].id
    before = get_detail(console.database, staff.user.actor, request)
    refused = staff.post(f"/inbox/{request}/{form}", {"page": request, **TOO_LONG[form]})
    words = unescape(refused.text).replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    most = len(max(TOO_LONG[form].values(), key=len)) - 1
    assert refused.status_code == 422 and f"dépasse {most} caractères" in words and "raccourcissez-le" in words
    assert get_detail(console.database, staff.user.actor, request) == before
