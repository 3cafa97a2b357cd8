"""Events posted to a real server."""

import ssl
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from webhook_receiver import HOST, Reply, StartReceiver, WebhookReceiver

from records.webhooks.deliveries import Event
from webhooks.http_sender import ConnectionRules, DeliveryResult, HttpSender
from webhooks.signing import generate_signing_secret, sign_event

NOW = datetime.now(UTC)
SECRET = generate_signing_secret()
EVENT = Event("evt_1", NOW, "call.started", {"call": "1763757623.12", "number": "+33639980001", "language": "fr"})


def post(url: str, rules: ConnectionRules) -> DeliveryResult:
    with closing(HttpSender(url, rules)) as sender:
        return sender.post(*sign_event(EVENT, SECRET, datetime.now(UTC)))


def test_the_signature_is_valid_for_the_library_of_the_specification(
    start_receiver: StartReceiver, rules: ConnectionRules
) -> None:
    receiver = start_receiver()

    assert post(receiver.url(), rules) == DeliveryResult(200, "")

    (got,) = receiver.received
    assert got.verified_payload(SECRET) == {"type": "call.started", "timestamp": NOW.isoformat(), "data": EVENT.data}
    assert (got.id, got.path, got.headers["host"]) == ("evt_1", "/hook?from=tests", f"{HOST}:{receiver.port}")
    assert got.headers["content-type"] == "application/json"
    with pytest.raises(Exception, match="No matching signature"):
        got.verified_payload(generate_signing_secret())


def test_consecutive_events_share_a_connection(start_receiver: StartReceiver, rules: ConnectionRules) -> None:
    receiver = start_receiver(Reply(body=b"thanks"))

    with closing(HttpSender(receiver.url(), rules)) as sender:
        answers = [sender.post(*sign_event(EVENT, SECRET, datetime.now(UTC))) for _ in range(3)]

    assert [answer.delivered for answer in answers] == [True] * 3
    assert len({got.port for got in receiver.received}) == 1


def test_the_connection_goes_to_the_checked_address_also_when_the_name_changes(
    start_receiver: StartReceiver, rules: ConnectionRules
) -> None:
    receiver = start_receiver()
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    changing = replace(rules, resolve=lambda host, port: next(answers))

    assert post(receiver.url(), changing).delivered  # the name was resolved only once
    assert "169.254.169.254" in post(receiver.url(), changing).error
    assert len(receiver.received) == 1
    assert receiver.sni_names == [HOST]


def test_the_next_address_is_tried_when_the_first_refuses(
    start_receiver: StartReceiver, rules: ConnectionRules
) -> None:
    two_addresses = replace(
        rules, resolve=lambda host, port: ["::1", "127.0.0.1"]
    )  # the receiver listens on the second only

    assert post(start_receiver().url(), two_addresses).delivered


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(start_receiver: StartReceiver, rules: ConnectionRules, status: int) -> None:
    other = start_receiver()
    receiver = start_receiver(Reply(status, {"location": other.url()}))

    answer = post(receiver.url(), rules)

    assert not answer.delivered
    assert "redirects are not followed" in answer.error
    assert (len(receiver.received), other.received) == (1, [])


def test_a_certificate_for_another_name_or_of_an_unknown_authority_is_refused(
    start_receiver: StartReceiver, rules: ConnectionRules
) -> None:
    another = start_receiver(names=("other.example.org",))
    strict = replace(rules, ssl_context=ssl.create_default_context)

    assert "certificate" in post(another.url(), rules).error
    assert "certificate" in post(start_receiver().url(), strict).error
    assert another.received == []


def test_a_server_that_does_not_answer_times_out(start_receiver: StartReceiver, rules: ConnectionRules) -> None:
    never = threading.Event()
    receiver = start_receiver(Reply(before=lambda write: never.wait(60)))

    answer = post(receiver.url(), replace(rules, response_timeout_s=0.3))

    never.set()
    assert answer.error == "The connection failed (no answer within 0.3 s)."


@pytest.mark.parametrize(("begun", "drop"), [(b"HTTP/1.1 200 ", b"O"), (b"HTTP/1.1 200 OK\r\n", b"x-drop: 1\r\n")])
def test_a_server_that_answers_in_drops_times_out(
    start_receiver: StartReceiver, rules: ConnectionRules, begun: bytes, drop: bytes
) -> None:
    never = threading.Event()

    def drip(write) -> None:
        write(begun)
        while not never.wait(0.05):
            write(drop)

    answer = post(start_receiver(Reply(before=drip)).url(), replace(rules, response_timeout_s=0.4))

    never.set()
    assert answer.error == "The connection failed (no answer within 0.4 s)."


def test_a_large_response_is_not_read_to_its_end(start_receiver: StartReceiver, rules: ConnectionRules) -> None:
    receiver = start_receiver(Reply(body=b"x" * 5_000_000))

    assert post(receiver.url(), rules).delivered


def test_a_refused_connection_is_reported(start_receiver: StartReceiver, rules: ConnectionRules) -> None:
    assert "refused" in post("https://hooks.example.org:1/", rules).error


def test_retry_after_and_gone_are_reported(start_receiver: StartReceiver, rules: ConnectionRules) -> None:
    assert post(start_receiver(Reply(429, {"retry-after": "90"})).url(), rules).retry_after_s == 90
    assert post(start_receiver(Reply(503, {"retry-after": "soon"})).url(), rules).retry_after_s == 0
    assert post(start_receiver(Reply(410)).url(), rules).endpoint_gone


def test_http_is_allowed_for_trials_on_this_machine_only(rules: ConnectionRules) -> None:
    with WebhookReceiver(None) as receiver:
        here = receiver.url("127.0.0.1")
        assert post(here, rules).delivered
        assert "not secure" in post(here, replace(rules, allow_loopback=False)).error
        assert "not secure" in post(receiver.url(HOST), rules).error
        assert len(receiver.received) == 1


def test_without_permission_nothing_is_sent_to_this_machine(
    start_receiver: StartReceiver, rules: ConnectionRules
) -> None:
    receiver = start_receiver()

    answer = post(receiver.url("localhost"), replace(rules, allow_loopback=False))

    assert "not on the public Internet" in answer.error
    assert receiver.received == []
    assert receiver.sni_names == []


def test_numbers_are_masked_for_an_endpoint_that_may_not_have_them() -> None:
    _, body = sign_event(EVENT, SECRET, NOW, include_numbers=False)

    assert b"639980001" not in body
    assert b'"number":"+33*******01"' in body
