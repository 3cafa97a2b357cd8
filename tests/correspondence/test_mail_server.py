"""Mails are handed to a real mail server, over a connection whose peer is verified."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from smtp_server import SENDER, SmtpServer, running_smtp_server

from correspondence.account_mails import SUBJECTS, Letterhead, Occasion, write_mail
from correspondence.mail_server import MailNotSent
from records.mail_queue import MailKind, MailProblem
from records.users.users import User
from routing.access.permissions import Role

AT = datetime(2030, 3, 4, 11, tzinfo=UTC)
HEAD = Letterhead(SENDER, {"fr": "Mairie de Saint-Exemple"})


@pytest.fixture(scope="module")
def smtp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmtpServer]:
    with running_smtp_server(tmp_path_factory.mktemp("smtp")) as server:
        yield server


def user(**other: object) -> User:
    values = {"id": 1, "email": "anne@example.org", "name": "Anne", "role": Role.STAFF, "language": "fr"}
    flags = {"shortcuts": True, "agent_id": None, "has_password": False, "has_second_factor": False, "active": True}
    return User(**{**values, **flags, "created_at": AT, **other})


def mail(**other: object):
    return write_mail(
        Occasion(MailKind.INVITATION, "Basile"),
        user(**other),
        HEAD,
        link="https://x.example/welcome/a",
        at=AT,
        deadline="j",
    )


def test_a_mail_arrives_encrypted_with_its_text_in_the_language_of_the_user(smtp: SmtpServer) -> None:
    smtp.settings().send(mail())

    arrived = smtp.mails_to("anne@example.org")[-1]
    assert arrived.encrypted and arrived.sender == SENDER
    assert arrived.message["Subject"] == SUBJECTS[MailKind.INVITATION].in_language("fr")
    assert arrived.message["Auto-Submitted"] == "auto-generated"
    assert "Bonjour Anne" in arrived.text and "Mairie de Saint-Exemple" in arrived.text
    assert arrived.link == "https://x.example/welcome/a"


@pytest.mark.parametrize("kind", SUBJECTS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_somebody_typed_is_in_no_header(kind: MailKind, language: str) -> None:
    name = "Anne\r\nBcc: all@example.org"
    message = write_mail(
        Occasion(kind, "Basile\r\nBcc: c@example.org", Role.STAFF),
        user(name=name, language=language),
        Letterhead(SENDER, {language: "Ville\r\nBcc: b@example.org"}),
        link="https://x.example",
        at=AT,
    )
    headers, _, body = message.as_bytes().partition(b"\r\n\r\n")
    assert b"bcc" not in headers.lower() and b"Anne" not in headers and b"Basile" not in headers
    assert message["To"] == "anne@example.org" and body


@pytest.mark.parametrize("address", ["anne@example.org\r\nBcc: b@example.org", "anne@example.org, b@example.org"])
def test_an_address_that_would_be_two_headers_or_two_people_is_refused(address: str) -> None:
    with pytest.raises(ValueError):
        mail(email=address)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"host": "127.0.0.1"}, MailProblem.CERTIFICATE),  # not the name in the certificate
        ({"authorities": "/etc/ssl/certs/ca-certificates.crt"}, MailProblem.CERTIFICATE),
        ({"password": "wrong"}, MailProblem.LOGIN),
        ({"port": 1}, MailProblem.UNREACHABLE),
    ],
)
def test_a_connection_that_fails_says_why(smtp: SmtpServer, settings: dict[str, object], problem: MailProblem) -> None:
    before = len(smtp.mails)
    with pytest.raises(MailNotSent) as error:
        smtp.settings(**settings).send(mail())
    assert (error.value.problem, error.value.lasting) == (problem, False)
    assert len(smtp.mails) == before


@pytest.mark.parametrize(("answer", "lasting"), [("550 5.1.1 no such user", True), ("451 try later", False)])
def test_a_refused_address_is_tried_again_only_when_the_server_says_so(
    smtp: SmtpServer, answer: str, lasting: bool
) -> None:
    smtp.refusals = {"carla@example.org": answer}
    with pytest.raises(MailNotSent) as error:
        smtp.settings().send(mail(email="carla@example.org"))
    assert (error.value.problem, error.value.lasting) == (MailProblem.RECIPIENT, lasting)
    assert error.value.answer == answer


def test_nothing_is_sent_to_a_server_without_encryption(tmp_path: Path) -> None:
    with running_smtp_server(tmp_path, offers_tls=False) as plain:
        with pytest.raises(MailNotSent) as error:
            plain.settings().send(mail())
        assert error.value.problem is MailProblem.NO_TLS and plain.mails == []
        plain.settings(security="none", user="", password="").send(mail())
        assert not plain.mails[0].encrypted
