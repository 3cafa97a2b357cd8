"""The process of the public web application: its start, its end and its log."""

import json
import socket
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from public_process import PublicProcess
from public_server import PARTNER_ORIGIN, VisitorClient
from reception import wait_for

import callback_api.checks
from standardiste.parts.heartbeat import read_heartbeats
from standardiste.parts.web_server import is_healthy, is_part_healthy

CANARY, CANARY_LINE, CANARY_NAME = "06 39 98 76 54", "639987654", "Zénobie"


def send_bytes(client: VisitorClient, text: bytes) -> bytes:
    """The server's response to these bytes."""
    address = urlsplit(client.url)
    with socket.create_connection((address.hostname, address.port), 10) as connection:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(4096), b""))


def test_the_log_has_no_number_name_or_key_of_a_visitor(public_process: PublicProcess) -> None:
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
    for request in (f"{CANARY} / HTTP/1.1\r\n\r\n", f"GET /{CANARY_LINE} HTTP/9\r\n\r\n", f"{CANARY_NAME}\r\n\r\n"):
        assert b"500" not in send_bytes(client, request.encode())[:20]

    assert public_process.stop() == 0

    log = public_process.log.read_text()
    assert "POST /v1/callbacks: 202" in log
    for secret in (CANARY, CANARY_LINE, CANARY_NAME, "nobie", key, asked.json()["reference"]):
        assert secret not in log
    for line in log.splitlines():
        assert json.loads(line)["process"] == "public"


def test_an_internal_error_is_reported_and_logged_without_what_the_visitor_typed(public_process: PublicProcess) -> None:
    public_process.start(
        "from records.callbacks import acceptance\n"
        "def fail(database, request, *_, **__): raise RuntimeError(f'cannot call {request.line} {request.name}')\n"
        "acceptance.accept_callback = fail"
    )

    answer = public_process.client.request_callback(CANARY, name=CANARY_NAME)
    public_process.stop()

    assert (answer.status, answer.json()["type"]) == (500, "/v1/problems/internal")
    log = public_process.log.read_text()
    assert "RuntimeError" in log and "callback_service.py" in log
    assert CANARY_LINE not in log and "nobie" not in log


def test_a_port_in_use_ends_the_process_and_the_log_names_the_setting(public_process: PublicProcess) -> None:
    taken = socket.create_server(("127.0.0.1", public_process.settings.public_port))
    with taken, pytest.raises(AssertionError, match="public_port"):
        public_process.start()

    assert public_process.wait() == 1
    assert "public_port" in json.loads(public_process.log.read_text().splitlines()[-1])["event"]


def test_idle_connections_beyond_every_limit_neither_stop_the_process_nor_keep_visitors_out(
    public_process: PublicProcess,
) -> None:
    public_process.settings.var.mkdir()
    public_process.start()
    address = ("127.0.0.1", public_process.settings.public_port)
    with ExitStack() as strangers:
        for _ in range(1200):
            strangers.enter_context(socket.create_connection(address, 10))

        filled_at = time.monotonic()
        assert is_healthy(public_process.client.url)
        assert public_process.client.get("/callback").status == 200
        assert is_part_healthy(public_process.settings.health_socket("public"))
        wait_for(lambda: heartbeat_age_s(public_process) < time.monotonic() - filled_at, "a heartbeat", 10)

    assert public_process.stop() == 0


def heartbeat_age_s(process: PublicProcess) -> float:
    return next(beat.age_s for beat in read_heartbeats(process.settings.heartbeats) if beat.part == "public")


def test_doctor_checks_whether_the_server_answers(visitor_client: VisitorClient) -> None:
    (good,) = callback_api.checks.check_public_server(visitor_client.url, answers=is_healthy(visitor_client.url))
    nowhere = "http://127.0.0.1:1"
    (bad,) = callback_api.checks.check_public_server(nowhere, answers=is_healthy(nowhere))

    assert good.ok
    assert not bad.ok and bad.remedy
