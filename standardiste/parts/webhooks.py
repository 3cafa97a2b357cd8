"""The process that sends webhooks and mails; it imports files of contacts, counts for centres, has people erased."""

import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Hashable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from records import leases, mail_queue
from records.callbacks import idempotency, limits
from records.centres.closings import close_ended
from records.centres.kept_days import keep_days
from records.centres.ledger import list_centres
from records.centres.missing_outcomes import remind_centres
from records.contacts.duplicates.following import propose_duplicates, sweep
from records.contacts.imports.imports import find_work
from records.contacts.search.following import follow_calls
from records.database.engine import Database, open_database
from records.database.revision import read_revision
from records.errors import RecordsError
from records.restore.marks_file import FILE_NAME, MarksKeeper
from records.retention import erasure_queue
from records.staff import pauses
from records.users import monthly_users
from records.webhooks import endpoints
from standardiste.installation import Installation
from standardiste.mail_settings import mail_server
from standardiste.parts.heartbeat import Heartbeat
from standardiste.settings import Settings
from webhooks.delivery_loop import DeliveryLoop
from webhooks.http_sender import ConnectionRules, build_connection_rules

if TYPE_CHECKING:
    from correspondence.mail_delivery import MailDelivery
    from standardiste.contact_imports import ContactImporter

POLL_S = 1.0
QUIET_AFTER_S, QUIET_POLL_S = 10.0, 5.0
"""When nobody has committed anything for so long, what falls due by the clock is looked for less often."""
SHUTDOWN_TIMEOUT_S = 5.0
EVENT_RETENTION = timedelta(days=30)  # so that events can be replayed
PURGE_INTERVAL_S = 3600.0
MARKS_INTERVAL_S = 10.0
COUNT_INTERVAL_S = 60.0
SWEEP_S = 0.5  # of every second of the night, at most
NIGHT = range(2, 5)  # hours of the machine in which few people call
ERASING = (sys.executable, "-m", "standardiste", "contact", "erase-waiting")
log = logging.getLogger("webhooks")


def serve(installation: Installation) -> None:
    """Returns after SIGTERM or SIGINT. Raises CaFileUnreadable."""
    stop_requested = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop_requested.set())
    deliveries = DeliveryLoop(installation.database, connection_rules(installation.settings), lambda: datetime.now(UTC))
    mails = create_mail_delivery(installation)
    importer: ContactImporter | None = None
    erasing: subprocess.Popen[bytes] | None = None
    heartbeat, purged_at = Heartbeat(installation.settings.heartbeats, "webhooks"), -PURGE_INTERVAL_S
    marks, kept_at = MarksKeeper(installation.settings.backups / FILE_NAME), -MARKS_INTERVAL_S
    counted_at = -COUNT_INTERVAL_S
    turns = Turns(open_database(installation.settings.sqlalchemy_url, connections=1))
    while not stop_requested.wait(POLL_S):
        heartbeat.beat()
        if not turns.is_due():
            continue
        try:
            deliveries.start_due()
            follow_calls(installation.database)
            find_duplicates(installation.database, datetime.now(UTC))
            importer = start_import(installation, importer)
            erasing = start_erasing(installation.database, erasing)
            if mails:
                mails.start_due()
            if time.monotonic() - counted_at > COUNT_INTERVAL_S:
                counted_at = time.monotonic()
                follow_centres(installation)
            if time.monotonic() - kept_at > MARKS_INTERVAL_S:
                kept_at = time.monotonic()
                marks.keep(installation.database, at=datetime.now(UTC))
            if time.monotonic() - purged_at > PURGE_INTERVAL_S:
                purged_at = time.monotonic()
                purge_expired(installation.database, now=datetime.now(UTC))
                purge_personal_data(installation)
                check_at_night(installation)
        except (RecordsError, OSError) as error:
            log.warning("%s", error)
    if erasing:
        erasing.terminate()  # another process goes on behind the last step that is done
    deliveries.stop(SHUTDOWN_TIMEOUT_S)
    if importer:
        importer.stop(SHUTDOWN_TIMEOUT_S)
    if mails:
        mails.stop(SHUTDOWN_TIMEOUT_S)
    turns.close()
    installation.database.close()


class Turns:
    """When to look for work: every second, and less often while nobody commits anything; at night always."""

    def __init__(self, watched: Database) -> None:
        self._watched = watched
        self._last: Hashable = None
        self._changed_at = self._looked_at = time.monotonic()

    def is_due(self) -> bool:
        now = time.monotonic()
        try:
            revision: Hashable = read_revision(self._watched)
        except RecordsError:
            revision = None  # the work itself reports it
        if revision is None or revision != self._last:
            self._last, self._changed_at = revision, now
        quiet = now - self._changed_at > QUIET_AFTER_S and datetime.now(UTC).astimezone().hour not in NIGHT
        if quiet and now - self._looked_at < QUIET_POLL_S:
            return False
        self._looked_at = now
        return True

    def close(self) -> None:
        self._watched.close()


def start_import(installation: Installation, importer: "ContactImporter | None") -> "ContactImporter | None":
    """Goes on with an import of contacts that waits. The importer, once there was one: for the next call."""
    if importer is None and find_work(installation.database) is None:
        return None
    if importer is None:
        from standardiste.contact_imports import ContactImporter  # with what deliveries do not need

        importer = ContactImporter(installation.database, installation.settings.imports, lambda: datetime.now(UTC))
    importer.start_due()
    return importer


def start_erasing(database: Database, running: "subprocess.Popen[bytes] | None") -> "subprocess.Popen[bytes] | None":
    """Starts the process that erases people, if an erasure is due; gives the one that runs, None while there is none.

    It is a process of its own, because reading the database file drops the locks that SQLite holds for a process.
    """
    if running and running.poll() is None:
        return running
    now = datetime.now(UTC)
    if erasure_queue.find_due(database, now) is None or leases.is_held(database, erasure_queue.LEASE, now):
        return None
    return subprocess.Popen(ERASING, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def create_mail_delivery(installation: Installation) -> "MailDelivery | None":
    """The delivery of mails; None without a mail server."""
    settings = installation.settings
    server = mail_server(settings)
    if server is None:
        return None
    from correspondence.mail_delivery import MailDelivery, MailSettings  # with what deliveries do not need
    from records.plan.reader import PlanReader

    plan = PlanReader(installation.database)
    mail_settings = MailSettings(
        server,
        settings.console_root_url,
        lambda: plan().organisation.name,
        lambda: plan().timezone,
        settings.public_root_url,
        settings.centre_root_url,
    )
    return MailDelivery(installation.database, mail_settings, lambda: datetime.now(UTC))


def connection_rules(settings: Settings) -> ConnectionRules:
    """The rules for connections to endpoints, from the settings. Raises CaFileUnreadable."""
    return build_connection_rules(settings.webhook_authorities, allow_loopback=settings.webhook_allow_loopback)


def purge_expired(database: Database, *, now: datetime) -> None:
    """Deletes old events, and the addresses and secrets of callbacks that nothing refers to any more."""
    if deleted := endpoints.purge_events(database, now - EVENT_RETENTION):
        log.info("%d events older than %d days are deleted", deleted, EVENT_RETENTION.days)
    mail_queue.purge_mails(database, now - EVENT_RETENTION)
    limits.purge_submissions(database, at=now)
    idempotency.purge_responses(database, at=now)
    monthly_users.purge_logins(database, now)
    pauses.purge_pauses(database, now)


def find_duplicates(database: Database, now: datetime) -> None:
    """Compares cards that have changed with others; at night every card, some at a time."""
    propose_duplicates(database, now)
    if now.astimezone().hour in NIGHT:
        sweep(database, now, SWEEP_S)


def follow_centres(installation: Installation) -> None:
    """Closes what is open to overflow centres whose contract has ended, counts the calls of centres, and reminds them.

    Raises RecordsError.
    """
    from records.plan.reader import NoPlan, PlanReader  # with the calendars of a plan, which deliveries do not need

    try:
        plan = PlanReader(installation.database).read().plan
    except NoPlan:
        return
    now = datetime.now(UTC)
    for name in close_ended(installation.database, plan.overflow, today=now.astimezone(plan.timezone).date(), at=now):
        log.info("the contract with %s has ended: its access is closed", name)
    if list_centres(installation.database):
        keep_days(installation.database, plan.timezone, now)
        remind_centres(installation.database, plan.overflow, at=now)


def check_at_night(installation: Installation) -> None:
    """Once a night, reads the whole database in a thread of its own, for `doctor`."""
    if datetime.now(UTC).astimezone().hour in NIGHT:
        from standardiste.full_check import FullCheck  # imports what deliveries do not need

        FullCheck(installation.database, installation.settings.full_check_file).start_if_due(datetime.now(UTC))


def purge_personal_data(installation: Installation) -> None:
    """Once a night, deletes what is older than the plan's retention. Raises RecordsError, OSError."""
    from records.plan.reader import NoPlan, PlanReader  # with the calendars of a plan, which deliveries do not need
    from standardiste.personal_data import purging

    try:
        plan = PlanReader(installation.database).read().plan
    except NoPlan:
        return
    purging.purge_if_due(installation.settings, installation.database, plan)
