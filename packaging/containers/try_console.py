"""For `script/containers try`: follows the link of `account first` from this machine, as a browser does, becomes the
console's first administrator with a second factor, leaves, and logs in again. Needs nothing but Python.
"""

import base64
import hmac
import re
import sys
import time
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener

EMAIL, PASSWORD = "essai@example.org", "lune pavé citron"
TOKEN = r'name="csrf_token" value="([^"]+)"'
SECRET = r'<code class="secret">([A-Z2-7 ]+)</code>'
RECOVERY_CODE = r"<li><code>([A-Z2-7-]+)</code></li>"
INSIDE = r'<body class="(inside)"'

browser = build_opener(ProxyHandler({}), HTTPCookieProcessor())


def try_console(link: str) -> None:
    shown = filled(link, {"name": "Essai", "email": EMAIL, "new": PASSWORD})
    code = code_of(found(SECRET, shown).replace(" ", ""))
    shown = filled(urljoin(link, "/own/second-factor"), {"password": PASSWORD, "code": code})
    recovery = found(RECOVERY_CODE, shown)
    filled(urljoin(link, "/own"), {}, action="/logout")
    filled(urljoin(link, "/login"), {"email": EMAIL, "password": PASSWORD})
    found(INSIDE, filled(urljoin(link, "/login/second-factor"), {"code": recovery}))


def filled(url: str, fields: dict[str, str], action: str = "") -> str:
    """What is shown after the form of this page, with its token, was sent. Raises HTTPError."""
    with browser.open(url, timeout=10) as page:
        form = {"csrf_token": found(TOKEN, page.read().decode()), **fields}
    with browser.open(urljoin(url, action), urlencode(form).encode(), timeout=10) as page:
        return page.read().decode()


def found(pattern: str, shown: str) -> str:
    match = re.search(pattern, shown)
    return match[1] if match else sys.exit(f"The console does not show {pattern}, but:\n{shown}")


def code_of(secret: str) -> str:
    """What an authenticator application shows now (RFC 6238)."""
    digest = hmac.digest(base64.b32decode(secret), int(time.time() // 30).to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


if __name__ == "__main__":
    try_console(sys.argv[1])
    print("The console let its first administrator in.")
