"""Security headers, and templates that need nothing that the headers forbid."""

import io
import re
from pathlib import Path

import pytest
from console_client import ConsoleApp

from console import app, guard
from routing.access.permissions import Role

TEMPLATES = sorted(Path(app.__file__).parent.rglob("*.html"))
DOCUMENTS = ("certificate.html",)
"""Files to download, which need nothing else where they are opened."""
INLINE = re.compile(r"""<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+\s*=\s*["']|javascript:""", re.IGNORECASE)


def test_every_response_allows_only_our_own_files_and_is_not_cached(console: ConsoleApp) -> None:
    staff = console.sign_in(Role.ADMINISTRATOR)
    for path in ("/own", "/people", "/login", "/no-such-page"):
        headers = staff.get(path).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == "'self'" and policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert not {"unsafe-inline", "unsafe-eval", "*"} & set(re.findall(r"[\w*-]+", " ".join(policy.values())))
        assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")


@pytest.mark.parametrize("template", [it for it in TEMPLATES if it.name not in DOCUMENTS], ids=lambda it: it.name)
def test_no_template_has_inline_scripts_or_styles(template: Path) -> None:
    assert INLINE.findall(template.read_text()) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda it: it.name)
def test_every_form_has_a_csrf_token(template: Path) -> None:
    text = template.read_text()
    blocks = re.findall(r"{% set (\w+) %}(.*?){% endset %}", text, re.DOTALL)
    tokens = ["csrf_token", "token(", *(f"{{{{ {name} }}}}" for name, block in blocks if "csrf_token" in block)]
    forms = re.findall(r'<form[^>]*method="post".*?</form>', text, re.DOTALL)
    assert all(any(token in form for token in tokens) for form in forms)


def test_a_request_that_is_too_large_gets_an_error_page(console: ConsoleApp) -> None:
    answer = console.anonymous_user().post("/login", {"email": b"x" * (guard.MAX_FORM_BYTES + 1)})
    assert answer.status_code == 413 and "trop volumineux" in answer.text


def test_a_large_file_is_accepted_only_on_the_upload_page_and_with_a_session(console: ConsoleApp) -> None:
    long = b"x" * (guard.MAX_FORM_BYTES + 1)
    visitor = console.anonymous_user()
    sent = {"file": (io.BytesIO(long), "a.csv")}
    assert visitor.post("/login", sent, content_type="multipart/form-data").status_code == 413
    assert console.sign_in().post("/own/password", {"old": long}).status_code == 413
    admin = console.sign_in(Role.ADMINISTRATOR)
    sent = {"file": (io.BytesIO(long), "a.csv")}
    assert admin.post("/people/import", sent, content_type="multipart/form-data").status_code == 422
