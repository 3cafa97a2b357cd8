"""Sending one mail through the organisation's mail server (SMTP, RFC 5321), over a connection whose peer is verified.

`smtplib` and `email` of the standard library do the work (decision 44).
"""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Literal

from records.mail_queue import MailProblem

TIMEOUT_S = 20.0  # for the connection, and for each answer


class MailNotSent(Exception):
    """The mail server has not taken the mail.

    `answer`: what it said, or what the connection failed with; `lasting`: trying again is of no use.
    """

    def __init__(self, problem: MailProblem, answer: str, *, lasting: bool = False) -> None:
        super().__init__(f"{problem}: {answer}")
        self.problem, self.answer, self.lasting = problem, answer, lasting


@dataclass(frozen=True, slots=True)
class MailServer:
    """The mail server of the settings. `authorities`: a PEM file of those that may certify it."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    sender: str
    authorities: str
    user: str = ""
    password: str = field(default="", repr=False)

    def send(self, message: EmailMessage) -> None:
        """Hands the mail over. Raises MailNotSent."""
        connection = self._connect()
        try:
            connection.send_message(message, self.sender, [str(message["To"])])
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            raise _refusal(MailProblem.RECIPIENT, code, answer) from None
        except smtplib.SMTPSenderRefused as error:
            # The sender's address is a setting: the operator corrects it, and the mail is sent.
            raise MailNotSent(MailProblem.SENDER, _text(error.smtp_code, error.smtp_error)) from None
        except smtplib.SMTPResponseException as error:
            raise _refusal(MailProblem.REFUSED, error.smtp_code, error.smtp_error) from None
        except (smtplib.SMTPException, OSError) as error:
            raise MailNotSent(MailProblem.UNREACHABLE, str(error)) from None
        finally:
            _quit(connection)

    def check(self) -> None:
        """Connects and logs in, and sends nothing. Raises MailNotSent."""
        _quit(self._connect())

    def _connect(self) -> smtplib.SMTP:
        """A connection that is encrypted and logged in as the settings say. Raises MailNotSent."""
        own_name = self.sender.rpartition("@")[2]
        connection: smtplib.SMTP | None = None
        try:
            context = ssl.create_default_context(cafile=self.authorities)
            if self.security == "tls":
                connection = smtplib.SMTP_SSL(self.host, self.port, own_name, timeout=TIMEOUT_S, context=context)
            else:
                connection = smtplib.SMTP(self.host, self.port, own_name, timeout=TIMEOUT_S)
            if self.security == "starttls":
                connection.starttls(context=context)
            if self.user:
                connection.login(self.user, self.password)
        except (smtplib.SMTPException, OSError) as error:
            if connection:
                _quit(connection)
            raise _connection_problem(error, encrypting=self.security == "starttls") from None
        return connection


def _connection_problem(error: Exception, *, encrypting: bool) -> MailNotSent:
    """None of these is lasting: the settings, or the server, are corrected."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return MailNotSent(MailProblem.CERTIFICATE, error.verify_message)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return MailNotSent(MailProblem.LOGIN, _text(error.smtp_code, error.smtp_error))
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return MailNotSent(
            MailProblem.NO_TLS if encrypting and "STARTTLS" in str(error) else MailProblem.LOGIN, str(error)
        )
    if isinstance(error, smtplib.SMTPResponseException):
        return MailNotSent(MailProblem.UNREACHABLE, _text(error.smtp_code, error.smtp_error))
    return MailNotSent(MailProblem.UNREACHABLE, str(error))


def _refusal(problem: MailProblem, code: int, answer: bytes | str) -> MailNotSent:
    """RFC 5321, 4.2.1: an answer of 500 and above is lasting, one of 400 passes."""
    return MailNotSent(problem, _text(code, answer), lasting=code >= 500)


def _text(code: int, answer: bytes | str) -> str:
    return f"{code} {answer.decode('utf-8', 'replace') if isinstance(answer, bytes) else answer}"


def _quit(connection: smtplib.SMTP) -> None:
    with suppress(smtplib.SMTPException, OSError):
        connection.quit()
    connection.close()
