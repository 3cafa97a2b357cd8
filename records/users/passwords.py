"""Passwords: which are good enough, and how they are hashed.

They are normalized (NFKC) before they are hashed, so that a letter with an accent is the same on every keyboard: some
send it as one character, some as two (NIST SP 800-63B, 3.1.1.2; Unicode Standard Annex 15).
"""

import unicodedata
from typing import Literal

import argon2

from records.errors import RecordsError

MIN_LENGTH, MAX_LENGTH = 12, 200
MIN_DISTINCT_CHARACTERS = 6
MAX_TYPED_LENGTH = 4 * MAX_LENGTH  # characters; decomposed, a letter has up to four
_FORMER_FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")
"""The forms in which keyboards send text. Hashes from before passwords were normalized have one of them."""

# OWASP Password Storage Cheat Sheet, Argon2id. One lane: a flood of logins must not take every core from the calls.
_HASHER = argon2.PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1)
_DUMMY_HASH = "$argon2id$v=19$m=47104,t=1,p=1$c3RhbmRhcmRpc3Rl$RGVLJ3iUVDJNsC4mnVrXAKWLaCnEAVRjIXl15DzhMQ4"


class PasswordRejected(RecordsError):
    """Too easy to guess. `reason`: "short", "long", "simple" or "name"."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The password is refused ({reason}); choose {MIN_LENGTH} characters or more, hard to guess.")
        self.reason = reason


def hash_password(password: str, *, name: str, email: str) -> str:
    """The hash of a new password. Raises PasswordRejected.

    Length counts; no rule demands certain characters (NIST SP 800-63B, 3.1.1.2).
    """
    if len(password) > MAX_TYPED_LENGTH:
        raise PasswordRejected("long")
    password = _normalize(password)
    if len(password) < MIN_LENGTH:
        raise PasswordRejected("short")
    if len(password) > MAX_LENGTH:
        raise PasswordRejected("long")
    lowered = password.casefold()
    if len(set(lowered)) < MIN_DISTINCT_CHARACTERS:
        raise PasswordRejected("simple")
    own = (_normalize(text).casefold() for text in (email.partition("@")[0], name))
    if any(part in lowered for part in own if len(part) > 3):
        raise PasswordRejected("name")
    return hash_with_argon2(password)


def hash_with_argon2(secret: str) -> str:
    """The Argon2id hash of a secret that was found good enough."""
    return _HASHER.hash(secret)


def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether the hash is that of this password; None (no such user) takes as long as a wrong password.

    A password with accents is tried in its former forms too, which takes up to four times as long.
    """
    typed = _without_surrogates(password[: MAX_TYPED_LENGTH + 1])
    forms = [_normalize(typed), typed, *(unicodedata.normalize(form, typed) for form in _FORMER_FORMS)]
    return any([_matches(each[: MAX_LENGTH + 1], password_hash) for each in dict.fromkeys(forms)])


def _matches(password: str, password_hash: str | None) -> bool:
    try:
        return _HASHER.verify(password_hash or _DUMMY_HASH, password) and password_hash is not None
    except argon2.exceptions.VerificationError:
        return False


def _normalize(password: str) -> str:
    return unicodedata.normalize("NFKC", _without_surrogates(password))


def _without_surrogates(text: str) -> str:
    """A terminal that does not write UTF-8 leaves halves of characters, which have no bytes to hash."""
    return text.encode(errors="replace").decode()
