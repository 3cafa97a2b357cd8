"""The page docs/webhooks.md, for authors of receiving programs."""

import re
from datetime import UTC, datetime

import pytest
from standardwebhooks import WebhookVerificationError

from records.webhooks.deliveries import Event
from records.webhooks.outbox import KINDS
from standardiste.settings import CHECKOUT
from webhooks.signing import generate_signing_secret, sign_event

PAGE = (CHECKOUT / "docs" / "webhooks.md").read_text(encoding="utf-8")


def test_the_page_lists_every_kind_of_event() -> None:
    table = "\n".join(line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `"))

    assert [kind for kind in KINDS if f"`{kind}`" not in table] == []


def test_the_example_verifies_events_and_ignores_repeated_ones() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    exec(example, names := {})
    secret, now = generate_signing_secret(), datetime.now(UTC)
    headers, body = sign_event(Event("evt_1", now, "call.ended", {"call": "1"}), secret, now)
    seen: set[str] = set()

    assert names["verify_event"](headers, body, secret, seen)["data"] == {"call": "1"}
    assert names["verify_event"](headers, body, secret, seen) is None
    with pytest.raises(WebhookVerificationError):
        names["verify_event"](headers, body.replace(b"1", b"2"), secret, seen)
