"""The delivery of queued mails: each is written when it is sent, with a link that is made at that moment."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from email.message import EmailMessage
from urllib.parse import quote, urlencode

from correspondence.account_mails import Letterhead, Occasion, write_mail
from correspondence.centre_mails import write_centre_mail
from correspondence.inquiry_mails import write_inquiry_mail
from correspondence.mail_server import MailNotSent, MailServer
from correspondence.request_mails import write_request_mail
from records import mail_queue
from records.centres.missing_outcomes import find_reminded
from records.database.engine import Database
from records.errors import RecordsError
from records.inquiries.answers import renew_mail_link
from records.mail_queue import NOTICES, ClaimedMail, MailKind, MailProblem
from records.secrets import generate_secret, hash_secret
from records.users.mail_recipients import AddressedMail, address_mail
from translations.dates import moment

MAX_AGE = timedelta(hours=36)
"""What waited longer is not sent: it waited while there was no mail server, and would surprise."""
log = logging.getLogger("mail")


@dataclass(frozen=True, slots=True)
class MailSettings:
    """`url`, `public_url`, `centre_url` begin the addresses of the console, of pages for visitors, and for centres.

    `organisation` and `timezone` are those of the plan in force.
    """

    server: MailServer
    url: str
    organisation: Callable[[], Mapping[str, str]]
    timezone: Callable[[], tzinfo]
    public_url: str
    centre_url: str = ""


class MailDelivery:
    """Call `start_due` regularly, and `stop` before the process ends."""

    def __init__(self, database: Database, settings: MailSettings, now: Callable[[], datetime]) -> None:
        self._database, self._settings, self._now = database, settings, now
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()

    def start_due(self) -> None:
        """Sends what is due in a thread of its own, unless the last one still does."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Waits up to `timeout_s` for a mail on its way; one that is interrupted is sent again later."""
        self._stopping.set()
        if self._thread:
            self._thread.join(timeout_s)

    def send_due(self) -> None:
        """Sends every mail that is due. Raises RecordsError."""
        mail_queue.give_up_old(self._database, self._now() - MAX_AGE)
        while not self._stopping.is_set() and (claimed := mail_queue.claim_mail(self._database, at=self._now())):
            self._send(claimed)

    def _run(self) -> None:
        try:
            self.send_due()
        except RecordsError as error:
            log.warning("mail: %s", error)
        except Exception as error:  # the next turn tries again
            log.error("mail: %s", type(error).__name__, exc_info=True)

    def _send(self, claimed: ClaimedMail) -> None:
        try:
            message = self._write(claimed)
            if message is None:  # nobody is to be told any more
                mail_queue.mark_sent(self._database, claimed.id, at=self._now())
                return
            self._settings.server.send(message)
        except MailNotSent as error:
            log.warning("mail %d (%s): %s, attempt %d", claimed.id, claimed.kind, error.problem, claimed.attempts)
            mail_queue.mark_failed(
                self._database, claimed, error.problem, error.answer, lasting=error.lasting, at=self._now()
            )
        except ValueError as error:  # the address cannot stand in a header
            problem = MailProblem.RECIPIENT
            mail_queue.mark_failed(self._database, claimed, problem, str(error), lasting=True, at=self._now())
        else:
            mail_queue.mark_sent(self._database, claimed.id, at=self._now())

    def _write(self, claimed: ClaimedMail) -> EmailMessage | None:
        """The mail, with a new link; None when it has become pointless. Raises ValueError, RecordsError."""
        if claimed.kind is MailKind.INQUIRY_ANSWERED:
            return self._write_to_visitor(claimed)
        if claimed.kind is MailKind.CENTRE_MISSING:
            return self._write_to_centre(claimed)
        addressed = address_mail(self._database, claimed, at=self._now())
        return self._write_to_user(claimed, addressed) if addressed else None

    def _write_to_user(self, claimed: ClaimedMail, addressed: AddressedMail) -> EmailMessage:
        settings, user = self._settings, addressed.user
        if claimed.kind in NOTICES:
            return write_request_mail(claimed.kind, user, self._letterhead(), url=settings.url, at=self._now())
        deadline = moment(addressed.deadline, settings.timezone(), user.language) if addressed.deadline else ""
        return write_mail(
            Occasion(claimed.kind, claimed.by, claimed.earlier_role),
            user,
            self._letterhead(),
            link=f"{settings.url}/welcome/{addressed.secret}" if addressed.secret else settings.url,
            deadline=deadline,
            at=self._now(),
        )

    def _write_to_visitor(self, claimed: ClaimedMail) -> EmailMessage | None:
        secret = generate_secret()
        with self._database.write() as connection:
            found = renew_mail_link(connection, claimed.request_id or 0, hash_secret(secret))
        if found is None:
            return None
        address, language, ref = found
        link = f"{self._settings.public_url}/inquiry/{quote(ref)}?{urlencode({'key': secret})}"
        return write_inquiry_mail(address, language, ref, self._letterhead(), link=link, at=self._now())

    def _write_to_centre(self, claimed: ClaimedMail) -> EmailMessage | None:
        account = find_reminded(self._database, claimed.centre_account_id or 0, at=self._now())
        if account is None:
            return None
        return write_centre_mail(account, self._letterhead(), url=self._settings.centre_url, at=self._now())

    def _letterhead(self) -> Letterhead:
        return Letterhead(self._settings.server.sender, self._settings.organisation())
