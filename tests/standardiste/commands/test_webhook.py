"""The command `webhook`, and a program that receives events."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from reception import Reception, wait_for
from webhook_receiver import WebhookReceiver

from records.webhooks import endpoints, outbox

Run = Callable[..., Result]


@pytest.fixture
def receiver(reception: Reception) -> Iterator[WebhookReceiver]:
    """A program on this machine, without a certificate, which the settings allow."""
    reception.environment["STANDARDISTE_WEBHOOK_ALLOW_LOOPBACK"] = "true"
    with WebhookReceiver(None) as receiver:
        yield receiver


def add_event(reception: Reception, kind: str, at: datetime) -> None:
    with reception.database.write() as connection:
        outbox.add_event(connection, kind, {"number": "+33639980001"}, at)


def test_a_webhook_is_added_tested_listed_and_removed(
    run: Run, reception: Reception, receiver: WebhookReceiver
) -> None:
    here = receiver.url("127.0.0.1")
    added = run("webhook", "add", here, "--kind", "call.*", "--kind", "message.published", "--without-numbers")
    (secret,) = re.findall(r"whsec_\S+", added.stdout)
    assert f"Webhook 1 tells {here}: call.* message.published." in added.stdout

    tried = run("webhook", "test", "1")
    assert tried.stdout == f"{here} answered 200: it takes what we send.\n"
    assert receiver.received[0].verified_payload(secret)["type"] == "webhook.test"

    add_event(reception, "call.started", datetime.now(UTC))
    listed = run("webhook", "list").stdout
    assert "numbers masked  0 delivered, 1 waiting, 0 given up" in listed
    assert secret not in listed

    assert run("webhook", "remove", "1").stdout == "Webhook 1 is removed.\n"
    assert "Nobody is told anything" in run("webhook", "list").stderr


def test_events_are_replayed(run: Run, reception: Reception, receiver: WebhookReceiver) -> None:
    run("webhook", "add", receiver.url("127.0.0.1"), "--kind", "call.*")
    now = datetime.now(UTC)
    add_event(reception, "call.started", now - timedelta(days=3))  # a day begins by the plan's clock
    add_event(reception, "call.ended", now)

    since = run("webhook", "replay", "--since", f"{now - timedelta(days=1):%Y-%m-%d}")

    assert since.stdout == "1 event will be sent.\n"
    assert run("webhook", "replay", "--since", "2025-01-01", "--to", "1").stdout == "2 events will be sent.\n"
    missing = run("webhook", "replay", "--id", "evt_none")
    assert (missing.exit_code, missing.stderr.strip()) == (
        1,
        "There is no event evt_none; events are kept for 30 days.",
    )
    assert run("webhook", "replay").exit_code == 2


def test_an_endpoint_that_does_not_answer_is_reported(run: Run, receiver: WebhookReceiver) -> None:
    run("webhook", "add", "http://127.0.0.1:1/nobody")

    tried = run("webhook", "test", "1")

    assert tried.exit_code == 1
    assert "refused" in tried.stderr


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://hooks.example.org/", "http:// is not secure; give an https:// address."),
        (
            "https://127.0.0.1/hook",
            "127.0.0.1 leads to 127.0.0.1, which is not on the public Internet; give one that is.",
        ),
        ("https://169.254.169.254/", "169.254.169.254 leads to 169.254.169.254, which is not on the public Internet"),
    ],
)
def test_a_private_address_is_rejected_with_a_sentence(run: Run, reception: Reception, url: str, reason: str) -> None:
    refused = run("webhook", "add", url)

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert reason in refused.stderr
    assert endpoints.list_endpoint_statuses(reception.database) == ()


def test_a_missing_file_of_authorities_is_reported(run: Run, reception: Reception, tmp_path: Path) -> None:
    reception.environment["STANDARDISTE_WEBHOOK_AUTHORITIES"] = str(tmp_path / "none.pem")

    refused = run("webhook", "add", "https://9.9.9.9/")

    assert refused.exit_code == 1
    assert "none.pem cannot be read (No such file or directory); install ca-certificates" in refused.stderr


def test_an_unknown_kind_is_a_usage_error(run: Run) -> None:
    assert run("webhook", "add", "https://9.9.9.9/", "--kind", "call.lost").exit_code == 2


def test_the_server_delivers_events(reception: Reception, receiver: WebhookReceiver) -> None:
    reception.environment["STANDARDISTE_PARTS"] = "webhooks"
    reception.run("webhook", "add", receiver.url("127.0.0.1"))
    reception.start()

    add_event(reception, "message.published", datetime.now(UTC))

    wait_for(lambda: receiver.received, "the event to arrive")
    checks = json.loads(reception.run("doctor", "--json", check=False).stdout)
    assert {check["name"]: check["ok"] for check in checks if "webhook" in check["name"]} == {
        "part webhooks": True,
        "heartbeat webhooks": True,
        "webhook 1": True,
    }
