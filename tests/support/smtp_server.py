"""A mail server for tests: aiosmtpd with STARTTLS, a certificate of its own authority, and a user with a password."""

import email.policy
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import ports
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from unbroken_spaces import with_ordinary_spaces
from webhook_receiver import CertificateAuthority

from correspondence.mail_server import MailServer

HOST, SENDER, USER, PASSWORD = "localhost", "accueil@mairie.example", "accueil", "lettre morte 7"


@dataclass
class ReceivedMail:
    """A mail as it arrived: its envelope, its raw bytes, and whether it came encrypted."""

    sender: str
    recipients: list[str]
    raw: bytes
    encrypted: bool

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=email.policy.default)  # type: ignore[return-value]

    @property
    def text(self) -> str:
        return with_ordinary_spaces(str(self.message.get_content()))

    @property
    def link(self) -> str:
        """The one address in the text."""
        (link,) = re.findall(r"https?://\S+", self.text)
        return str(link)


@dataclass
class SmtpServer:
    """`refusals`: answers by recipient, in place of taking the mail."""

    port: int
    authorities: Path
    mails: list[ReceivedMail] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)

    def settings(self, **other: Any) -> MailServer:
        values = {"host": HOST, "port": self.port, "security": "starttls", "sender": SENDER}
        login = {"authorities": str(self.authorities), "user": USER, "password": PASSWORD}
        return MailServer(**{**values, **login, **other})

    def mails_to(self, address: str) -> list[ReceivedMail]:
        return [mail for mail in self.mails if mail.recipients == [address]]

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        mail = ReceivedMail(envelope.mail_from, list(envelope.rcpt_tos), envelope.content, session.ssl is not None)
        self.mails.append(mail)
        return "250 OK"


def _authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=False)


@contextmanager
def running_smtp_server(folder: Path, *, name: str = HOST, offers_tls: bool = True) -> Iterator[SmtpServer]:
    """A mail server whose certificate is for `name`."""
    authority = CertificateAuthority(folder)
    server = SmtpServer(ports.free(), authority.certificate)
    tls = {"tls_context": authority.server_context(name), "require_starttls": True, "auth_required": True}
    controller = Controller(
        server,
        hostname="127.0.0.1",
        port=server.port,
        authenticator=_authenticate,
        **(tls if offers_tls else {"auth_require_tls": False}),
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
