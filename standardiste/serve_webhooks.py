"""The process that tells programs outside what happens."""

import logging
import signal
import threading
import time
from datetime import UTC, datetime, timedelta

from records import callback_limits, idempotency, webhooks
from records.base import Base
from records.errors import RecordsError
from standardiste.heartbeat import Heart
from standardiste.installation import Installation
from standardiste.settings import Settings
from webhooks.delivery import Rules, rules
from webhooks.rounds import Rounds

LOOK_S = 1.0
END_S = 5.0
KEPT = timedelta(days=30)  # events, so that they can be replayed
PURGE_S = 3600.0
log = logging.getLogger("webhooks")


def serve(house: Installation) -> None:
    """Returns after SIGTERM or SIGINT. Raises AuthoritiesUnreadable."""
    told_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told_to_stop.set())
    rounds = Rounds(house.base, connection_rules(house.settings), lambda: datetime.now(UTC))
    heart, purged = Heart(house.settings.heartbeats, "webhooks"), -PURGE_S
    while not told_to_stop.wait(LOOK_S):
        heart.beat()
        try:
            rounds.look()
            if time.monotonic() - purged > PURGE_S:
                purged = time.monotonic()
                purge(house.base, at=datetime.now(UTC))
        except RecordsError as error:
            log.warning("%s", error)
    rounds.end(END_S)
    house.base.close()


def connection_rules(settings: Settings) -> Rules:
    """What connections to endpoints are held to on this machine. Raises AuthoritiesUnreadable."""
    return rules(settings.webhook_authorities, allow_loopback=settings.webhook_allow_loopback)


def purge(base: Base, *, at: datetime) -> None:
    """Forgets events, and with them the addresses and secrets of callbacks, that nothing looks back to."""
    if forgotten := webhooks.purge(base, at - KEPT):
        log.info("%d events of more than %d days are forgotten", forgotten, KEPT.days)
    callback_limits.purge(base, at=at)
    idempotency.purge(base, at=at)
