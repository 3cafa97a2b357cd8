"""For `script/containers try`: becomes the console's first administrator, logs out and logs in again, over HTTP.

Follows the link of `account first` as a browser does and sets up a second factor. It needs only Python.
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
    """Raises HTTPError or ends the program when a page is not as expected."""
    page = submit(link, {"name": "Essai", "email": EMAIL, "new": PASSWORD})
    code = current_code(extract(SECRET, page).replace(" ", ""))
    page = submit(urljoin(link, "/own/second-factor"), {"password": PASSWORD, "code": code})
    recovery_code = extract(RECOVERY_CODE, page)
    submit(urljoin(link, "/own"), {}, action="/logout")
    submit(urljoin(link, "/login"), {"email": EMAIL, "password": PASSWORD})
    extract(INSIDE, submit(urljoin(link, "/login/second-factor"), {"code": recovery_code}))


def submit(url: str, fields: dict[str, str], action: str = "") -> str:
    """The page after the form of this page was sent with its token. Raises HTTPError."""
    with browser.open(url, timeout=10) as page:
        form = {"csrf_token": extract(TOKEN, page.read().decode()), **fields}
    with browser.open(urljoin(url, action), urlencode(form).encode(), timeout=10) as page:
        return page.read().decode()


def extract(pattern: str, page: str) -> str:
    """The first group of the pattern in the page; ends the program if the page does not match."""
    match = re.search(pattern, page)
    return match[1] if match else sys.exit(f"The console does not show {pattern}, but:\n{page}")


def current_code(secret: str) -> str:
    """The code that an authenticator application shows now (RFC 6238)."""
    digest = hmac.digest(base64.b32decode(secret), int(time.time() // 30).to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


if __name__ == "__main__":
    try_console(sys.argv[1])
    print("The console accepted its first administrator.")
