"""The body of an event and the headers that sign it (Standard Webhooks 1.0).

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from records.webhooks.deliveries import Event
from routing.numbers import mask_number

SECRET_BYTES = 32  # the specification asks for 24 to 64
NUMBER = "number"
"""The only field of an event's data that holds a telephone number."""


def generate_signing_secret() -> str:
    """A new secret in the form that receivers' libraries accept: "whsec_…"."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sign_event(
    event: Event, secret: str, at: datetime, *, include_numbers: bool = True
) -> tuple[dict[str, str], bytes]:
    """Headers and body of this event, sent at `at`. Without `include_numbers`, its telephone number is masked."""
    data = event.data if include_numbers else _mask_numbers(event.data)
    event_object = {"type": event.kind, "timestamp": event.at.astimezone(UTC).isoformat(), "data": data}
    body = json.dumps(event_object, ensure_ascii=False, separators=(",", ":"))
    sent = at.astimezone(UTC)  # the library ignores the time zone
    headers = {
        "content-type": "application/json",
        "user-agent": "Standardiste",
        "webhook-id": event.id,
        "webhook-timestamp": str(int(sent.timestamp())),
        "webhook-signature": Webhook(secret).sign(event.id, sent, body),
    }
    return headers, body.encode()


def _mask_numbers(data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, NUMBER: mask_number(data[NUMBER])} if data.get(NUMBER) else dict(data)
