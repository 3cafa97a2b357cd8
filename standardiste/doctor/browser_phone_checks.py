"""The check of browser phones."""

from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

from records.check_result import CheckResult
from standardiste.setting_addresses import LOOPBACK
from standardiste.settings import Settings
from translations.message import translatable

ANSWER_TIMEOUT_S = 3.0
_BROWSERS = "browser phones"


def check_browser_phones(settings: Settings) -> CheckResult:
    """Whether agents can answer in the console: the way to Asterisk, and an address that gets a microphone."""
    if not settings.browser_phone:
        return CheckResult(_BROWSERS, True, translatable("Browser phones are switched off."))
    if "live" not in settings.parts:
        return CheckResult(
            _BROWSERS,
            False,
            translatable("The process serve-live does not run here, through which browsers reach Asterisk."),
            translatable("Add live to the setting parts, or set browser_phone = false."),
        )
    if not _upgrades(settings.asterisk_http_port):
        return CheckResult(
            _BROWSERS,
            False,
            translatable(
                "Asterisk takes no messages of browsers at port %(port)s.", port=str(settings.asterisk_http_port)
            ),
            translatable("Restart the server; if that does not help, choose another asterisk_http_port."),
        )
    if not settings.console_root_url.startswith(("https://", f"http://{LOOPBACK}", "http://localhost")):
        return CheckResult(
            _BROWSERS,
            False,
            translatable("Browsers give their microphone to secure addresses only, and console_url is not one."),
            translatable(
                "Put a proxy with HTTPS before the console, and set console_url to its https:// address"
                " (docs/browser-phone.md)."
            ),
        )
    return CheckResult(_BROWSERS, True, translatable("Agents can answer in the browser."))


def _upgrades(port: int) -> bool:
    """Whether Asterisk opens a WebSocket for SIP there (RFC 6455, RFC 7118)."""
    asked = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    asked |= {"Sec-WebSocket-Key": "c3RhbmRhcmRpc3RlIDAwMQ==", "Sec-WebSocket-Protocol": "sip"}
    connection = HTTPConnection(LOOPBACK, port, timeout=ANSWER_TIMEOUT_S)
    try:
        connection.request("GET", "/ws", headers=asked)
        return connection.getresponse().status == HTTPStatus.SWITCHING_PROTOCOLS
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
