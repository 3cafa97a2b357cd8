"""The delivery loop: each endpoint with events due has a thread of its own, so that no endpoint delays another."""

import logging
import random
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta

from records.database.engine import Database
from records.errors import RecordsError
from records.webhooks import deliveries, endpoints
from records.webhooks.deliveries import ClaimedDelivery
from webhooks.http_sender import ConnectionRules, DeliveryResult, HttpSender
from webhooks.retries import backoff_s, next_attempt_at
from webhooks.signing import sign_event

CLAIM_DURATION = timedelta(minutes=2)  # longer than a delivery can last: DNS 30 s, four addresses 40 s, response 15 s
MAX_EVENTS_PER_CONNECTION = 200  # then the endpoint's name is resolved again
log = logging.getLogger("webhooks")


@dataclass(slots=True)
class EndpointWorker:
    """The thread that serves one endpoint. `failures`: in a row; `backoff_until`: on the monotonic clock."""

    thread: threading.Thread
    failures: int = 0
    backoff_until: float = 0.0


class DeliveryLoop:
    """Call `start_due` regularly, and `stop` before the process ends."""

    def __init__(self, database: Database, rules: ConnectionRules, now: Callable[[], datetime]) -> None:
        self._database, self._rules, self._now = database, rules, now
        self._workers: dict[int, EndpointWorker] = {}
        self._stopping = threading.Event()

    def start_due(self) -> None:
        """Starts a thread for each endpoint with events due, unless one is running or the endpoint is in back-off.

        Raises RecordsError.
        """
        for endpoint_id in deliveries.find_due_endpoints(self._database, self._now()):
            before = self._workers.get(endpoint_id)
            if before and (before.thread.is_alive() or time.monotonic() < before.backoff_until):
                continue
            thread = threading.Thread(target=self._run_worker, args=[endpoint_id], daemon=True)
            self._workers[endpoint_id] = EndpointWorker(thread, before.failures if before else 0)
            thread.start()

    def stop(self, timeout_s: float) -> None:
        """Waits up to `timeout_s` for deliveries under way; an event that is interrupted then is sent again later."""
        self._stopping.set()
        deadline = time.monotonic() + timeout_s
        for worker in self._workers.values():
            worker.thread.join(max(0.0, deadline - time.monotonic()))

    def _run_worker(self, endpoint_id: int) -> None:
        worker = self._workers[endpoint_id]
        try:
            delivered = self._deliver_due(endpoint_id)
        except RecordsError as error:
            delivered = False
            log.warning("webhook %d: %s", endpoint_id, error)
        except Exception as error:  # an error with one endpoint does not stop the others
            delivered = False
            log.error("webhook %d: %s", endpoint_id, error, exc_info=True)
        worker.failures = 0 if delivered else worker.failures + 1
        worker.backoff_until = time.monotonic() + backoff_s(worker.failures)

    def _deliver_due(self, endpoint_id: int) -> bool:
        """True when every due event was delivered; stops at the first that was not."""
        claimed = self._claim(endpoint_id)
        if claimed is None:
            return True
        with closing(HttpSender(claimed.url, self._rules)) as sender:
            for _ in range(MAX_EVENTS_PER_CONNECTION):
                if not self._record_result(claimed, sender.post(*self._sign(claimed))):
                    return False
                if self._stopping.is_set() or (claimed := self._claim(endpoint_id)) is None:
                    return True
        return True

    def _claim(self, endpoint_id: int) -> ClaimedDelivery | None:
        now = self._now()
        return deliveries.claim_delivery(self._database, endpoint_id, at=now, until=now + CLAIM_DURATION)

    def _sign(self, claimed: ClaimedDelivery) -> tuple[dict[str, str], bytes]:
        return sign_event(claimed.event, claimed.secret, self._now(), include_numbers=claimed.full_numbers)

    def _record_result(self, claimed: ClaimedDelivery, result: DeliveryResult) -> bool:
        if result.delivered:
            deliveries.mark_delivered(self._database, claimed, self._now())
            return True
        again = next_attempt_at(claimed.attempts, self._now(), random.random(), result.retry_after_s)
        deliveries.mark_failed(self._database, claimed, result.error, again)
        log.warning("webhook %d: %s, attempt %d: %s", *_log_fields(claimed), result.error)
        if result.endpoint_gone:
            endpoints.disable_endpoint(self._database, claimed.endpoint_id)
        return False


def _log_fields(claimed: ClaimedDelivery) -> tuple[int, str, int]:
    return claimed.endpoint_id, claimed.event.id, claimed.attempts
