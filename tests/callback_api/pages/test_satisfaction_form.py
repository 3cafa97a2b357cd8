"""Visitors whose message or callback is done say on its page what they think of it, once."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from browser import accessibility_violations
from inquiries import request_of, write_inquiry
from plan_variants import plan_with
from playwright.sync_api import Page, expect
from public_server import LINE, SITES, VisitorClient, serve_public
from sqlalchemy import select, update

from records.actor import command_line_actor
from records.database.engine import Database
from records.inbox.inbox import close_request
from records.inquiries.acceptance import AcceptedInquiry
from records.satisfaction.by_link import Reply, may_answer, save_reply
from records.schema import Request, SatisfactionAnswer, SatisfactionSurvey

OpenPage = Callable[..., Page]
ANNE = command_line_actor("anne")
SATISFACTION = """\
  share_percent: 10
  record_words: yes
  questions:
    - {name: welcome, text: {fr: "Avez-vous été bien accueilli ?", en: "Were you well received?"}}
    - {name: help, text: {fr: "Avons-nous pu vous aider ?", en: "Could we help you?"}}
"""


@pytest.fixture
def visitor_client(database: Database) -> Iterator[VisitorClient]:
    with serve_public(database, plan=plan_with(callbacks=SITES, satisfaction=SATISFACTION)) as client:
        yield client


@pytest.fixture
def inquiry(database: Database) -> AcceptedInquiry:
    """A message of somebody with a number, which staff have handled."""
    written = write_inquiry(database, "Bonjour", line=LINE, at=datetime.now(UTC))
    close_request(database, ANNE, request_of(database, written), "answered", note=None, at=datetime.now(UTC))
    return written


def reply(ref: str, **more: Any) -> Reply:
    return Reply(ref, datetime.now(UTC), date(2030, 3, 4), "fr", **{"answers": {"welcome": 4}, **more})


@pytest.mark.parametrize("color_scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_a_visitor_answers_once_on_the_page_of_their_message(
    visitor_client: VisitorClient, database: Database, inquiry: AcceptedInquiry, open_page: OpenPage, color_scheme: str
) -> None:
    url = f"{visitor_client.url}/inquiry/{inquiry.ref}?key={inquiry.secret}"
    page = open_page(url, color_scheme=color_scheme, viewport={"width": 390, "height": 900}, java_script_enabled=True)
    assert accessibility_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("group", name="Avez-vous été bien accueilli").get_by_label("5").check()
    page.get_by_label("Avec vos propres mots").fill("Merci\nà tous")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_role("alert")).to_have_text("Merci, c'est noté.")
    page.goto(url)
    assert page.locator(".satisfaction").count() == 0
    with database.read() as connection:
        survey = connection.execute(select(SatisfactionSurvey.words, SatisfactionSurvey.refused_at)).one()
        answers = connection.execute(select(SatisfactionAnswer.question, SatisfactionAnswer.value)).all()
    assert survey == ("Merci\nà tous", None) and answers == [("welcome", 5)]


def test_who_refuses_on_the_page_is_not_asked_again_and_strange_answers_are_none(
    visitor_client: VisitorClient, database: Database, inquiry: AcceptedInquiry
) -> None:
    form = f"/inquiry/{inquiry.ref}/satisfaction?key={inquiry.secret}"
    for strange in ({"question-welcome": "6"}, {"question-welcome": "٣"}, {"question-other": "3"}, {}):
        assert visitor_client.submit_form(form, strange).status == 303
    assert may_answer(database, inquiry.ref, datetime.now(UTC))
    assert visitor_client.submit_form(form, {"refuse": "yes", "question-welcome": "1"}).status == 303
    with database.read() as connection:
        assert connection.scalars(select(SatisfactionSurvey.refused_at)).one() is not None
        assert connection.execute(select(SatisfactionAnswer.value)).all() == []
    other = write_inquiry(database, "Encore", line=LINE, at=datetime.now(UTC))
    close_request(database, ANNE, request_of(database, other), "answered", note=None, at=datetime.now(UTC))
    assert not may_answer(database, other.ref, datetime.now(UTC))
    wrong = visitor_client.submit_form(f"/inquiry/{other.ref}/satisfaction?key=wrong", {"refuse": "yes"})
    assert wrong.status == 404


def test_an_open_message_and_one_of_the_mediator_ask_nothing(database: Database, inquiry: AcceptedInquiry) -> None:
    waiting = write_inquiry(database, "Encore", line="+33639980009", at=datetime.now(UTC))
    assert not save_reply(database, reply(waiting.ref))
    with database.write() as connection:
        connection.execute(update(Request).where(Request.id == request_of(database, inquiry)).values(level=3))
    assert not save_reply(database, reply(inquiry.ref))
    with database.write() as connection:
        connection.execute(update(Request).values(level=2))
    assert save_reply(database, reply(inquiry.ref)) and not save_reply(database, reply(inquiry.ref))
