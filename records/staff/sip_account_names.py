"""Names of SIP accounts: random ones, and those of version 0.2, which can be guessed."""

import re
import secrets

# No letter or digit that people mistake for another when they type it into a telephone: 0 o, 1 i l.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 14  # 67 bits: nobody finds a name by trying
_GUESSABLE = re.compile(r"p(\d{2})")

ACCOUNT_NAME = rf"(?:p\d\d|[2-9][a-z2-9]{{{_LENGTH - 1}}})"
"""A regular expression for the name of an account; no trunk may have such a name."""


def random_account_name() -> str:
    """A name that cannot be guessed; it begins with a digit, as no trunk does."""
    return secrets.choice(_ALPHABET[23:]) + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH - 1))


def random_password() -> str:
    """144 bits."""
    return secrets.token_urlsafe(18)


def is_guessable(name: str) -> bool:
    """True for p01 to p99, the names that versions up to 0.2 gave."""
    return _GUESSABLE.fullmatch(name) is not None


def desk_of_guessable(name: str) -> str | None:
    """The desk number that a guessable name contains ("07" in p07); None for another name."""
    found = _GUESSABLE.fullmatch(name)
    return found[1] if found else None
