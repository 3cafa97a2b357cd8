"""The process that serves visitors: its start, its end, and what it writes down."""

import json
import socket
from urllib.parse import urlsplit

import pytest
from public_process import PublicProcess
from public_server import PARTNER_ORIGIN, VisitorClient

import callback_api.checks
from standardiste.parts.web_server import is_healthy

CANARY, CANARY_LINE, CANARY_NAME = "06 39 98 76 54", "639987654", "Zénobie"


def say(client: VisitorClient, text: bytes) -> bytes:
    """What the server answers to whatever comes over the wire."""
    address = urlsplit(client.url)
    with socket.create_connection((address.hostname, address.port), 10) as wire:
        wire.sendall(text)
        wire.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: wire.recv(4096), b""))


def test_it_serves_and_ends_and_writes_down_nobodys_number_name_or_key(public_process: PublicProcess) -> None:
    public_process.start()
    client = public_process.client
    asked = client.request_callback(CANARY, name=CANARY_NAME, page=f"{PARTNER_ORIGIN}/?tel={CANARY_LINE}")
    key = asked.headers["Location"].partition("key=")[2]
    client.get_status(asked)
    client.get(asked.json()["follow"])
    client.request_callback(CANARY, name=3, **{CANARY_NAME: CANARY})
    client.request_callback(CANARY, slot="2030-03-04T09:00:00Z")
    client.get(f"/v1/slots?site={CANARY_LINE}")
    client.get(f"/{CANARY_LINE}/{CANARY_NAME}?key={key}")
    client.submit_form("/callback", {"number": CANARY, "name": CANARY_NAME})
    for wire in (f"{CANARY} / HTTP/1.1\r\n\r\n", f"GET /{CANARY_LINE} HTTP/9\r\n\r\n", f"{CANARY_NAME}\r\n\r\n"):
        assert b"500" not in say(client, wire.encode())[:20]

    assert public_process.stop() == 0

    log = public_process.log.read_text()
    assert "POST /v1/callbacks: 202" in log
    for secret in (CANARY, CANARY_LINE, CANARY_NAME, "nobie", key, asked.json()["reference"]):
        assert secret not in log
    for line in log.splitlines():
        assert json.loads(line)["process"] == "public"


def test_a_fault_of_ours_is_told_as_one_and_written_down_without_what_was_typed(public_process: PublicProcess) -> None:
    public_process.start(
        "from records import callback_acceptance as callbacks\n"
        "def fail(base, wish, *arguments, **more): raise RuntimeError(f'cannot call {wish.line} {wish.name}')\n"
        "callbacks.accept = fail"
    )

    answer = public_process.client.request_callback(CANARY, name=CANARY_NAME)
    public_process.stop()

    assert (answer.status, answer.json()["type"]) == (500, "/v1/problems/internal")
    log = public_process.log.read_text()
    assert "RuntimeError" in log and "asking.py" in log
    assert CANARY_LINE not in log and "nobie" not in log


def test_a_taken_port_ends_it_with_the_name_of_the_setting(public_process: PublicProcess) -> None:
    taken = socket.create_server(("127.0.0.1", public_process.settings.public_port))
    with taken, pytest.raises(AssertionError, match="public_port"):
        public_process.start()

    assert public_process.wait() == 1
    assert "public_port" in json.loads(public_process.log.read_text().splitlines()[-1])["event"]


def test_doctor_tells_whether_visitors_are_served(visitor_client: VisitorClient) -> None:
    (well,) = callback_api.checks.checks(visitor_client.url, answers=is_healthy(visitor_client.url))
    nowhere = "http://127.0.0.1:1"
    (ill,) = callback_api.checks.checks(nowhere, answers=is_healthy(nowhere))

    assert well.ok
    assert not ill.ok and ill.remedy
