"""What the console and the pages of overflow centres have in common, requested of both."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from centre_client import CentreApp
from console_client import ConsoleApp
from flask import Flask
from flask.testing import FlaskClient

from records.database.engine import Database
from web.application import SECURITY_HEADERS

NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)
Site = Callable[[Database], Flask]


def console(database: Database) -> Flask:
    return ConsoleApp(database).app


def centre(database: Database) -> Flask:
    return CentreApp(database, NOON).app


@pytest.fixture(params=[console, centre], ids=["console", "centre"])
def visitor(request: pytest.FixtureRequest, database: Database) -> FlaskClient:
    site: Site = request.param
    return site(database).test_client()


def test_every_answer_has_the_security_headers_and_is_not_kept(visitor: FlaskClient) -> None:
    for path in ("/login", "/health", "/no-such-page"):
        headers = visitor.get(path).headers
        assert {name: headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"


def test_a_form_without_the_token_of_its_session_is_refused_with_advice(visitor: FlaskClient) -> None:
    answer = visitor.post("/login?language=en", data={"email": "a@example.org", "password": "x"})
    assert answer.status_code == 400
    assert "This page was open for too long" in answer.text


def test_the_language_of_an_address_is_kept_and_a_language_that_there_is_not_changes_nothing(
    visitor: FlaskClient,
) -> None:
    visitor.get("/login?language=en")
    assert '<html lang="en"' in visitor.get("/login").text
    visitor.get("/login?language=xx")
    assert '<html lang="en"' in visitor.get("/login").text


def test_an_address_with_a_name_that_cannot_be_stored_is_not_found(visitor: FlaskClient) -> None:
    assert visitor.get("/welcome/a%00b").status_code == 404


def test_a_view_without_a_rule_is_never_shown(visitor: FlaskClient) -> None:
    visitor.application.add_url_rule("/forgotten-rule", "forgotten_rule", lambda: "for anybody")
    answer = visitor.get("/forgotten-rule")
    assert answer.status_code == 500
    assert "for anybody" not in answer.text


@pytest.mark.parametrize("asked_for", ["audio", "empty"])
def test_what_a_script_or_a_player_asks_for_without_a_session_is_refused(visitor: FlaskClient, asked_for: str) -> None:
    answer = visitor.get("/", headers={"Sec-Fetch-Dest": asked_for})
    assert answer.status_code == 401
    assert visitor.get("/").location == "/login"
