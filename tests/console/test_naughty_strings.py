"""Hostile and odd texts in every form: no request fails, no markup gets through."""

import html
import io

import pytest
from console_client import PASSWORD, ConsoleApp, ConsoleUser
from naughty_strings import NAUGHTY_STRINGS

from records.users import invitations
from routing.access.permissions import Role

TAKEN = (200, 303, 422)
INVITATION = {"name": "Anne", "email": "anne@example.org", "role": "staff", "agent": "", "language": "fr"}
UNESCAPED = ("<script>alert", "<img src=x", "<svg onload", "<!--#exec")


@pytest.fixture
def admin(console: ConsoleApp) -> ConsoleUser:
    return console.sign_in(user=console.add_user(Role.ADMINISTRATOR, password=PASSWORD))


def send(staff: ConsoleUser, token: str, path: str, fields: dict[str, object], **more: object) -> int:
    answer = staff.client.post(path, data={**fields, "csrf_token": token}, **more)
    assert not any(text in answer.text for text in UNESCAPED), (path, fields)
    return answer.status_code


def test_naughty_strings_as_fields_of_a_user(admin: ConsoleUser) -> None:
    token = admin.csrf_token()
    for number, text in enumerate(NAUGHTY_STRINGS):
        unique = {**INVITATION, "email": f"n{number}@example.org"}
        for field in unique:
            assert send(admin, token, "/people/invite", {**unique, field: text}) in TAKEN, (field, text)
        assert send(admin, token, f"/people/{admin.user.id}", {**unique, "name": text}) in TAKEN, text
    for path in ("/people", "/changes", "/own"):
        page = admin.get(path).text
        assert not any(text in page for text in UNESCAPED)
    assert "{{ 7*7 }}" in html.unescape(admin.get("/people").text)


def test_naughty_strings_as_an_import_file_and_its_report(admin: ConsoleUser) -> None:
    token = admin.csrf_token()
    for text in NAUGHTY_STRINGS:
        content = f"name,email,role\n{text},{text},{text}\nAnne,anne@example.org,staff"
        file = {"file": (io.BytesIO(content.encode(errors="surrogatepass")), "a.csv")}
        assert send(admin, token, "/people/import", file, content_type="multipart/form-data") in TAKEN, text
        assert send(admin, token, "/people/import", {"text": text}) in TAKEN, text
        assert send(admin, token, "/people/import/invite", {"text": text}) in TAKEN, text


def test_naughty_strings_typed_without_a_session(console: ConsoleApp) -> None:
    secret = invitations.create_first_invitation(console.database, at=console.now)
    for number, text in enumerate(NAUGHTY_STRINGS[::3]):
        visitor = console.anonymous_user(f"198.51.100.{number}")
        token = visitor.csrf_token()
        assert send(visitor, token, "/login", {"email": text, "password": text}) in (403, 422), text
        whole = {"name": "Anne", "email": "nonsense", "new": text}
        assert send(visitor, token, f"/welcome/{secret}", whole) == 422, text
        assert send(visitor, token, f"/welcome/{secret}", {**whole, "name": text, "new": "short"}) == 422, text
        assert visitor.get("/login", query_string={"language": text}).status_code == 200
        assert visitor.get("/changes", query_string={"before": text}).location == "/login"


def test_naughty_strings_as_preferences_and_page_numbers(admin: ConsoleUser) -> None:
    token = admin.csrf_token()
    for text in NAUGHTY_STRINGS:
        assert send(admin, token, "/own", {"language": text, "shortcuts": text}) == 422, text
        assert admin.get("/changes", query_string={"before": text}).status_code == 200, text
