"""What browsers are told to refuse, and that no page needs it."""

import io
import re
from pathlib import Path

import pytest
from console_client import ConsoleApp

from console import app, guard
from routing.access.permissions import Role

TEMPLATES = sorted(Path(app.__file__).parent.rglob("*.html"))
INLINE = re.compile(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)


def test_every_answer_allows_our_own_files_alone_and_is_kept_nowhere(console: ConsoleApp) -> None:
    staff = console.sign_in(Role.ADMINISTRATOR)
    for path in ("/own", "/people", "/login", "/no-such-page"):
        headers = staff.get(path).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == "'self'" and policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert not {"unsafe-inline", "unsafe-eval", "*"} & set(re.findall(r"[\w*-]+", " ".join(policy.values())))
        assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda it: it.name)
def test_no_page_holds_a_script_or_a_style_of_its_own(template: Path) -> None:
    assert INLINE.findall(template.read_text()) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda it: it.name)
def test_every_form_carries_the_token(template: Path) -> None:
    forms = re.findall(r'<form[^>]*method="post".*?</form>', template.read_text(), re.DOTALL)
    assert all("csrf_token" in form or "token(" in form for form in forms)


def test_what_is_too_long_is_refused_with_a_page_and_from_who_has_not_logged_in_much_sooner(
    console: ConsoleApp,
) -> None:
    long = b"x" * (guard.MAX_FORM_BYTES + 1)
    visitor = console.anonymous_user()
    answer = visitor.post("/login", {"email": long})
    assert answer.status_code == 413 and "trop gros" in answer.text
    sent = {"file": (io.BytesIO(long), "a.csv")}
    assert visitor.post("/login", sent, content_type="multipart/form-data").status_code == 413
    assert console.sign_in().post("/own/password", {"old": long}).status_code == 413
    admin = console.sign_in(Role.ADMINISTRATOR)
    sent = {"file": (io.BytesIO(long), "a.csv")}
    assert admin.post("/people/import", sent, content_type="multipart/form-data").status_code == 422
