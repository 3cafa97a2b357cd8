"""A browser of the tests for pages of people who log in (web/): it sends the CSRF token of its session."""

import secrets

from flask import session as flask_session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf


class PageClient:
    """What a person at a browser does, whichever pages they open."""

    COOKIE: str
    """The name of the cookie of their session."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def csrf_token(self) -> str:
        """The token of the forms of this session, which is the same on each page; no page is asked for it."""
        with self.client.session_transaction() as session:
            kept = session.setdefault("csrf_token", secrets.token_hex(20))
        with self.client.application.test_request_context():
            flask_session["csrf_token"] = kept
            return generate_csrf()

    def cookie(self) -> str:
        found = self.client.get_cookie(self.COOKIE)
        assert found
        return found.value
