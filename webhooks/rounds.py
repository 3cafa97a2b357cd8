"""The rounds: what is due to an endpoint is brought there by a thread of its own, so that none holds up another."""

import logging
import random
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta

from records import webhook_deliveries as deliveries
from records import webhooks
from records.base import Base
from records.errors import RecordsError
from records.webhook_deliveries import Claimed
from webhooks.delivery import Answer, Courier, Rules
from webhooks.message import signed
from webhooks.retries import next_try, rest_s

CLAIM = timedelta(minutes=2)  # longer than a post can last: name 30 s, four addresses 40 s, answer 15 s
BURST = 200  # events over one connection; then the endpoint's name is looked up anew
log = logging.getLogger("webhooks")


@dataclass(slots=True)
class Round:
    """What one endpoint is brought, and how it took that. `rests_until`: by the monotonic clock."""

    thread: threading.Thread
    failures: int = 0
    rests_until: float = 0.0


class Rounds:
    """`look()` again and again; `end()` before the process does."""

    def __init__(self, base: Base, rules: Rules, now: Callable[[], datetime]) -> None:
        self._base, self._rules, self._now = base, rules, now
        self._rounds: dict[int, Round] = {}
        self._ending = threading.Event()

    def look(self) -> None:
        """Sets out to each endpoint that something is due to, unless it is served or rests. Raises RecordsError."""
        for endpoint_id in deliveries.due(self._base, self._now()):
            before = self._rounds.get(endpoint_id)
            if before and (before.thread.is_alive() or time.monotonic() < before.rests_until):
                continue
            thread = threading.Thread(target=self._serve, args=[endpoint_id], daemon=True)
            self._rounds[endpoint_id] = Round(thread, before.failures if before else 0)
            thread.start()

    def end(self, within_s: float) -> None:
        """Lets posts under way end, and gives up waiting after `within_s`: what then did not arrive is sent again."""
        self._ending.set()
        latest = time.monotonic() + within_s
        for one in self._rounds.values():
            one.thread.join(max(0.0, latest - time.monotonic()))

    def _serve(self, endpoint_id: int) -> None:
        went = self._rounds[endpoint_id]
        try:
            well = self._bring(endpoint_id)
        except RecordsError as error:
            well = False
            log.warning("webhook %d: %s", endpoint_id, error)
        except Exception as error:  # one poisoned endpoint never stops the others
            well = False
            log.error("webhook %d: %s", endpoint_id, error, exc_info=True)
        went.failures = 0 if well else went.failures + 1
        went.rests_until = time.monotonic() + rest_s(went.failures)

    def _bring(self, endpoint_id: int) -> bool:
        """True when everything that was due has arrived; the first that does not ends the round."""
        claimed = self._claim(endpoint_id)
        if claimed is None:
            return True
        with closing(Courier(claimed.url, self._rules)) as courier:
            for _ in range(BURST):
                if not self._settled(claimed, courier.post(*self._signed(claimed))):
                    return False
                if self._ending.is_set() or (claimed := self._claim(endpoint_id)) is None:
                    return True
        return True

    def _claim(self, endpoint_id: int) -> Claimed | None:
        now = self._now()
        return deliveries.claim(self._base, endpoint_id, at=now, until=now + CLAIM)

    def _signed(self, claimed: Claimed) -> tuple[dict[str, str], bytes]:
        return signed(claimed.event, claimed.secret, self._now(), numbers=claimed.numbers)

    def _settled(self, claimed: Claimed, answer: Answer) -> bool:
        if answer.arrived:
            deliveries.delivered(self._base, claimed, self._now())
            return True
        again = next_try(claimed.attempts, self._now(), random.random(), answer.asked_s)
        deliveries.failed(self._base, claimed, answer.because, again)
        log.warning("webhook %d: %s, attempt %d: %s", *_named(claimed), answer.because)
        if answer.gone:
            webhooks.disable(self._base, claimed.endpoint_id)
        return False


def _named(claimed: Claimed) -> tuple[int, str, int]:
    return claimed.endpoint_id, claimed.event.id, claimed.attempts
