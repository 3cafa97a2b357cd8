"""An event as it is sent: its body, and the headers that sign it (Standard Webhooks 1.0,
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md)."""

import base64
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from records.webhook_deliveries import Event
from routing.numbers import masked

SECRET_BYTES = 32  # the specification wants 24 to 64
NUMBER = "number"
"""The one field of an event's data that holds somebody's telephone number."""


def new_secret() -> str:
    """As receivers' libraries take it: "whsec_…"."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed(event: Event, secret: str, at: datetime, *, numbers: bool = True) -> tuple[dict[str, str], bytes]:
    """Headers and body of this event, sent at `at`. Without `numbers`, telephone numbers are masked."""
    data = event.data if numbers else _without_numbers(event.data)
    told = {"type": event.kind, "timestamp": event.at.astimezone(UTC).isoformat(), "data": data}
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    sent = at.astimezone(UTC)  # the library takes any clock's hands for UTC
    headers = {
        "content-type": "application/json",
        "user-agent": "Standardiste",
        "webhook-id": event.id,
        "webhook-timestamp": str(int(sent.timestamp())),
        "webhook-signature": Webhook(secret).sign(event.id, sent, body),
    }
    return headers, body.encode()


def _without_numbers(data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, NUMBER: masked(data[NUMBER])} if data.get(NUMBER) else dict(data)
