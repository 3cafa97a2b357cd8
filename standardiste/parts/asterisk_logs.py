"""Keeps Asterisk's logs small, and tells which addresses fail to authenticate as a telephone.

Asterisk rotates nothing by itself, and a stranger can make it write megabytes in a second. It appends to its files, so
a file that is emptied here goes on from its beginning.
"""

import fcntl
import logging
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

CHECK_INTERVAL_S = 1.0
MAX_BYTES = 10_000_000  # of `messages`; one older file of at most twice that is kept beside it
READ_BYTES = 4_000_000  # of security events at once; what strangers write beyond that is dropped unread
LINES_AT_ONCE = 10  # for one address and account
ADDRESSES_AT_ONCE = 200
FAILURES_BYTES, FAILURES_FILES = 2_000_000, 3

# https://docs.asterisk.org/Configuration/Interfaces/Asterisk-Manager-Interface-AMI/Asterisk-Security-Event-Logger/
_FAILED = re.compile(
    rb'SecurityEvent="(?:ChallengeResponseFailed|InvalidPassword)".*?,AccountID="([^"]{0,64})"'
    rb'.*?,RemoteAddress="IPV[46]/\w+/([0-9A-Fa-f.:]{2,45})/\d+"'
)


class AsteriskLogs:
    """Asterisk's files, looked after by one process at a time: `tend` it every CHECK_INTERVAL_S seconds.

    `messages`: warnings and errors. `security_events`: what `tend` reads. `failures`: where it writes a line for each
    failure, with the address, for fail2ban. `desks` gives the desk number of each SIP account; it may fail.
    """

    def __init__(
        self, messages: Path, security_events: Path, failures: Path, desks: Callable[[], Mapping[str, str]]
    ) -> None:
        self._messages, self._security_events, self._desks = messages, security_events, desks
        self._lock = security_events.with_suffix(".lock")
        self._failures = logging.Logger("telephones")
        self._handler = RotatingFileHandler(
            failures, maxBytes=FAILURES_BYTES, backupCount=FAILURES_FILES, encoding="utf-8", delay=True
        )
        self._failures.addHandler(self._handler)

    def have_grown(self) -> bool:
        """Whether there is anything for `tend` to do. Raises OSError."""
        return _size(self._messages) > MAX_BYTES or _size(self._security_events) > 0

    def tend(self) -> None:
        """Never waits. Raises OSError, for example on a full disk."""
        with _locked(self._lock) as is_ours:
            if is_ours:
                self._bound_messages()
                self._report_failures()

    def _bound_messages(self) -> None:
        if _size(self._messages) > MAX_BYTES:
            shutil.copyfile(self._messages, self._messages.with_suffix(".old"))
            os.truncate(self._messages, 0)

    def _report_failures(self) -> None:
        if not _size(self._security_events):
            return
        with self._security_events.open("rb") as file:
            events = file.read(READ_BYTES)
        os.truncate(self._security_events, 0)
        failed = Counter(
            (address.decode(), account.decode(errors="replace")) for account, address in _FAILED.findall(events)
        )
        if not failed:
            return
        desks, now = self._desks(), datetime.now(UTC).isoformat(timespec="seconds")
        for (address, account), count in failed.most_common(ADDRESSES_AT_ONCE):
            whose = f"the account of the desk {desks[account]}" if account in desks else "an unknown account"
            for _ in range(min(count, LINES_AT_ONCE)):
                self._failures.warning("%s a telephone failed to authenticate: address %s, %s", now, address, whose)
        self._handler.close()  # opened again for the next failure


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """False while another process holds the lock."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield _try_lock(file)
    finally:
        os.close(file)


def _try_lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
