"""An inquiry in the inbox: it is plain text, and is answered; a mail says that the answer is there, not what it is."""

import html
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from console_client import ConsoleApp
from inquiries import EMAIL, request_of, write_inquiry
from smtp_server import SmtpServer

from correspondence.mail_delivery import MailDelivery, MailSettings
from records import mail_queue
from records.database.engine import Database
from records.inbox.treatment import hand_to_level
from records.inquiries.acceptance import AcceptedInquiry
from records.inquiries.answers import get_inquiry
from records.mail_queue import MailProblem, count_failing
from routing.access.permissions import Role

PUBLIC = "https://rappel.example.org"
ANSWER = "Au guichet 2,\nle lundi.\nhttps://example.org/guichet"


@pytest.fixture
def console(database: Database) -> ConsoleApp:
    return ConsoleApp(database, sends_mail=True)


@pytest.fixture
def inquiry(console: ConsoleApp, smtp: SmtpServer) -> AcceptedInquiry:
    smtp.mails.clear()
    text = "Bonjour <b>à tous</b>,\nvoir https://example.org/photo"
    return write_inquiry(console.database, text, at=console.now - timedelta(minutes=5), name="Zoé")


def delivery(console: ConsoleApp, smtp: SmtpServer) -> MailDelivery:
    paris = ZoneInfo("Europe/Paris")
    settings = MailSettings(smtp.settings(), "https://x.example", lambda: {"fr": "Ville"}, lambda: paris, PUBLIC)
    return MailDelivery(console.database, settings, lambda: console.now)


def test_an_inquiry_is_answered_on_its_page_and_read_with_the_link_of_the_mail(
    console: ConsoleApp, inquiry: AcceptedInquiry, smtp: SmtpServer
) -> None:
    staff, one = console.sign_in(Role.STAFF), request_of(console.database, inquiry)
    for page in (staff.get("/inbox").text, staff.get(f"/inbox/{one}").text, staff.get("/inbox?kind=inquiry").text):
        assert "Message écrit" in page and "Zoé" in page
        assert "&lt;b&gt;à tous&lt;/b&gt;" in page and 'href="https://example.org/photo' not in page
    assert "un e-mail lui dit" in html.unescape(staff.get(f"/inbox/{one}").text)
    refused = html.unescape(
        staff.post(f"/inbox/{one}/answer", {"page": one, "answer": " "}, follow_redirects=True).text
    )
    assert "Écrivez d'abord la réponse" in refused
    page = staff.post(f"/inbox/{one}/answer", {"page": one, "answer": ANSWER}, follow_redirects=True).text
    assert "a répondu" in page and "Au guichet 2,\nle lundi." in html.unescape(page)

    delivery(console, smtp).send_due()
    (mail,) = smtp.mails_to(EMAIL)
    assert mail.message["Subject"] == f"Une réponse à votre message {inquiry.ref}" and "Ville" in mail.text
    for word in ("guichet", "à tous", "photo", "Zoé", "Personne 1"):
        assert word not in mail.text, word
    ref, secret = re.fullmatch(rf"{PUBLIC}/inquiry/([-\w]+)\?key=(\S+)", mail.link).groups()  # type: ignore[union-attr]
    assert secret != inquiry.secret
    (answer,) = get_inquiry(console.database, ref, secret).answers
    assert answer.text == ANSWER
    delivery(console, smtp).send_due()  # a process that starts again sends nothing twice
    assert len(smtp.mails) == 1


def test_the_address_that_a_mail_server_refuses_is_not_told_by_doctor(
    console: ConsoleApp, inquiry: AcceptedInquiry, smtp: SmtpServer
) -> None:
    """An administrator reads what the server said, also of an inquiry that is the mediator's."""
    staff, one = console.sign_in(Role.STAFF), request_of(console.database, inquiry)
    staff.post(f"/inbox/{one}/answer", {"page": one, "answer": ANSWER})
    smtp.refusals = {EMAIL: f"550 5.1.1 <{EMAIL}>: no such user"}
    delivery(console, smtp).send_due()
    smtp.refusals = {}
    assert count_failing(console.database) == (1, MailProblem.RECIPIENT, "550 5.1.1 <…>: no such user")


def test_somebody_elses_inquiry_cannot_be_answered(console: ConsoleApp, inquiry: AcceptedInquiry) -> None:
    mine, other = console.sign_in(Role.STAFF), console.sign_in(Role.STAFF)
    one = request_of(console.database, inquiry)
    mine.post(f"/inbox/{one}/take", {"page": one})
    assert "Envoyer la réponse" not in html.unescape(other.get(f"/inbox/{one}").text)
    said = other.post(f"/inbox/{one}/answer", {"page": one, "answer": ANSWER}, follow_redirects=True).text
    assert "a déjà pris cette demande" in html.unescape(said)
    assert get_inquiry(console.database, inquiry.ref, inquiry.secret).answers == ()


def test_an_inquiry_of_level_3_is_answered_by_the_mediator_alone_and_read_by_its_visitor(
    console: ConsoleApp, inquiry: AcceptedInquiry
) -> None:
    one, mediator = request_of(console.database, inquiry), console.sign_in(Role.MEDIATOR)
    assert mediator.user
    hand_to_level(console.database, mediator.user.actor, one, 3, note=None, at=console.now)
    for role in (Role.STAFF, Role.SUPERVISOR, Role.ADMINISTRATOR):
        other = console.sign_in(role)
        assert other.post(f"/inbox/{one}/answer", {"page": one, "answer": "Non"}).status_code == 404
        for path in ("/", "/inbox", "/contacts"):
            text = html.unescape(other.get(path).text)
            assert "à tous" not in text and inquiry.ref not in text
    mediator.post(f"/inbox/{one}/answer", {"page": one, "answer": "Oui"})
    (answer,) = get_inquiry(console.database, inquiry.ref, inquiry.secret).answers
    assert answer.text == "Oui"


def test_without_a_mail_server_nothing_is_queued_and_staff_are_told(database: Database) -> None:
    console = ConsoleApp(database)
    one = request_of(database, write_inquiry(database, at=console.now))
    staff = console.sign_in(Role.STAFF)
    assert "rien ne la prévient" in html.unescape(staff.get(f"/inbox/{one}").text)
    staff.post(f"/inbox/{one}/answer", {"page": one, "answer": ANSWER})
    assert mail_queue.claim_mail(database, at=console.now) is None
