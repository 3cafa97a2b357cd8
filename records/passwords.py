"""Passwords: which are good enough, and what the base keeps of them."""

import argon2

from records.errors import RecordsError

SHORTEST, LONGEST = 12, 200
FEWEST_CHARACTERS = 6

# OWASP's Password Storage Cheat Sheet, Argon2id. One lane: a flood of logins must not take every core from the callers.
_HASHER = argon2.PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1)
_NOBODYS = "$argon2id$v=19$m=47104,t=1,p=1$c3RhbmRhcmRpc3Rl$RGVLJ3iUVDJNsC4mnVrXAKWLaCnEAVRjIXl15DzhMQ4"


class PasswordRefused(RecordsError):
    """Too easy to guess. `reason`: "short", "long", "simple" or "name"."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The password is refused ({reason}); choose {SHORTEST} characters or more, hard to guess.")
        self.reason = reason


def hashed(password: str, *, name: str, email: str) -> str:
    """What is kept of a new password. Raises PasswordRefused.

    Length is what counts, and no rule says of which signs it must be made (NIST SP 800-63B, 3.1.1.2).
    """
    if len(password) < SHORTEST:
        raise PasswordRefused("short")
    if len(password) > LONGEST:
        raise PasswordRefused("long")
    lowered = password.casefold()
    if len(set(lowered)) < FEWEST_CHARACTERS:
        raise PasswordRefused("simple")
    if any(part in lowered for part in (email.partition("@")[0].casefold(), name.casefold()) if len(part) > 3):
        raise PasswordRefused("name")
    return kept_of(password)


def kept_of(secret: str) -> str:
    """What is kept of a secret that was found good enough."""
    return _HASHER.hash(secret)


def opens(password: str, kept: str | None) -> bool:
    """Whether it is this password; with None (there is no such account) it takes as long to say no."""
    try:
        return _HASHER.verify(kept or _NOBODYS, password[: LONGEST + 1]) and kept is not None
    except argon2.exceptions.VerificationError:
        return False
