"""The check of browser phones."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import ports
import pytest

from standardiste.doctor.asterisk_checks import BROWSER_MODULES_FILE, MODULES_FILE, check_modules
from standardiste.doctor.browser_phone_checks import check_browser_phones
from standardiste.settings import Settings


class _Upgrading(BaseHTTPRequestHandler):
    """What Asterisk answers to a request for a WebSocket."""

    def do_GET(self) -> None:
        assert self.headers["Sec-WebSocket-Protocol"] == "sip"
        self.send_response(101)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def asterisk_port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), _Upgrading)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_what_is_switched_off_is_no_fault() -> None:
    assert check_browser_phones(Settings()).ok


def test_the_way_to_asterisk_and_a_secure_address_are_needed(asterisk_port: int) -> None:
    way = {"browser_phone": True, "asterisk_http_port": asterisk_port}

    assert check_browser_phones(Settings.model_validate(way)).ok
    assert check_browser_phones(Settings.model_validate(way | {"console_url": "https://console.example.org"})).ok
    for wrong in (
        {"console_url": "http://console.example.org"},
        {"asterisk_http_port": ports.free()},
        {"parts": "asterisk, console"},
    ):
        check = check_browser_phones(Settings.model_validate(way | wrong))
        assert not check.ok, wrong
        assert check.remedy, wrong


def test_the_modules_of_browsers_are_expected_only_where_they_are_switched_on() -> None:
    def listed(*files: object) -> str:
        names = [line.split()[2] for file in files for line in file.read_text().splitlines() if line.startswith("load")]
        return "".join(f"{name}  x  0  Running  core\n" for name in names)

    both = listed(MODULES_FILE, BROWSER_MODULES_FILE)
    assert check_modules(both, has_browsers=True).ok
    assert not check_modules(both).ok
    assert not check_modules(listed(MODULES_FILE), has_browsers=True).ok


def test_a_trunk_cannot_have_the_address_of_the_relay() -> None:
    with pytest.raises(ValueError, match="127\\.0\\.0\\.87"):
        Settings.model_validate({"browser_phone": True, "trunk_addresses": "127.0.0.0/8"})
