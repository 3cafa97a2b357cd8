"""Whose request it is: the session of the console, by its cookie; and whether a page of ours has sent it."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from itsdangerous import BadData, URLSafeTimedSerializer

from records.database.engine import Database
from records.users import sessions
from records.users.session_cookie import SECRET_KEY, cookie_name
from records.users.sessions import ConsoleSession

# As Flask signs it: flask.sessions.SecureCookieSessionInterface.
_SALT, _SIGNATURE = "cookie-session", {"key_derivation": "hmac", "digest_method": hashlib.sha1}


@dataclass(frozen=True, slots=True)
class ConsoleAccess:
    """What is known of the console whose users are served.

    `url`: where they find it, when that is a setting; else it is at `port` of the address at which they find us.
    `secret_key` signs its cookie.
    """

    database: Database
    url: str
    port: int
    secret_key: bytes = field(repr=False)
    clock: Callable[[], datetime]

    def find_session(self, headers: Mapping[str, str]) -> ConsoleSession | None:
        """The session of the cookie; None unless everything that the user must show was verified.

        A request does not count as use of the session. Raises DatabaseBusy, DatabaseUnavailable.
        """
        secret = self._read_cookie(headers.get("cookie", ""))
        if secret is None:
            return None
        session = sessions.get_session(self.database, secret, at=self.clock(), is_use=False)
        return session if session and session.is_fully_authenticated else None

    def find_origin(self, headers: Mapping[str, str]) -> str | None:
        """The console's origin, as the browser of this request knows it; None for a request without a host."""
        if self.url:
            address = urlsplit(self.url)
            return f"{address.scheme}://{address.netloc}"
        try:
            host = urlsplit(f"//{headers.get('host', '')}").hostname
        except ValueError:
            return None
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}" if host else None

    def is_foreign(self, headers: Mapping[str, str]) -> bool:
        """Whether a page of another origin has sent the request; programs and pages of our own origin name none."""
        origin = headers.get("origin")
        return origin is not None and origin != self.find_origin(headers)

    @property
    def _serializer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.secret_key, _SALT, signer_kwargs=_SIGNATURE)

    def _read_cookie(self, header: str) -> str | None:
        """The secret of the session; None for a cookie that the console has not signed."""
        try:
            cookie = SimpleCookie(header).get(cookie_name(self.url.startswith("https:")))
            found = self._serializer.loads(cookie.value if cookie else "")
        except (BadData, CookieError):
            return None
        secret = found.get(SECRET_KEY) if isinstance(found, dict) else None
        return secret if isinstance(secret, str) else None
