"""The cookie of a session of the console: its name, and where in it the secret of the session is."""

SECRET_KEY = "token"
"""The key in the cookie, which Flask signs, for the secret that `records.users.sessions` knows."""


def cookie_name(is_secure: bool) -> str:
    """The name of the cookie; `is_secure`: users come over TLS, and a browser sends it over TLS only."""
    return "__Host-standardiste" if is_secure else "standardiste"
