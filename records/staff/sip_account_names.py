"""SIP accounts and their names: random ones, and those of version 0.2, which can be guessed."""

import itertools
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

# No letter or digit that people mistake for another when they type it into a telephone: 0 o, 1 i l.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 14  # 67 bits: nobody finds a name by trying
_GUESSABLE = re.compile(r"p(\d{2})")

ACCOUNT_NAME = rf"(?:p\d\d|[2-9][a-z2-9]{{{_LENGTH - 1}}})"
"""A regular expression for the name of an account; no trunk may have such a name."""


@dataclass(frozen=True, slots=True)
class SipAccount:
    """A SIP account; `agent` is the name of the agent who claimed it, None for a free one.

    `name` is the user name of the telephone, `desk` the number that colleagues dial ("07").
    `browser_account`: that of a browser at this desk.
    """

    name: str
    password: str = field(repr=False)
    agent: str | None
    desk: str = ""
    browser_account: str | None = None

    @property
    def is_guessable(self) -> bool:
        """True for a name of version 0.2 (p07), which a stranger finds by trying."""
        return is_guessable(self.name)


def random_account_name() -> str:
    """A name that cannot be guessed; it begins with a digit, as no trunk does."""
    return secrets.choice(_ALPHABET[23:]) + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH - 1))


def random_password() -> str:
    """144 bits."""
    return secrets.token_urlsafe(18)


def new_credentials() -> dict[str, str]:
    """A random `name` and a random `password`."""
    return {"name": random_account_name(), "password": random_password()}


def first_free_desk(taken: Iterable[str]) -> str:
    """The lowest desk number that is not among these."""
    desks = set(taken)
    return next(desk for number in itertools.count(1) if (desk := f"{number:02}") not in desks)


def is_guessable(name: str) -> bool:
    """True for p01 to p99, the names that versions up to 0.2 gave."""
    return _GUESSABLE.fullmatch(name) is not None


def desk_of_guessable(name: str) -> str | None:
    """The desk number that a guessable name contains ("07" in p07); None for another name."""
    found = _GUESSABLE.fullmatch(name)
    return found[1] if found else None
