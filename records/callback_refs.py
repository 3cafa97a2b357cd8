"""References of callbacks, for people to say aloud, and the secrets that open them."""

import hashlib
import hmac
import secrets

# Crockford's base 32: no I, L, O, U. https://www.crockford.com/base32.html
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH, GROUP = 8, 4

_READ_AS = str.maketrans("OIL", "011", "- ")


def new_ref() -> str:
    """A reference such as "K7M4-2QXD", one of 2^40."""
    number = secrets.randbits(5 * LENGTH)
    return _grouped("".join(ALPHABET[number >> 5 * place & 31] for place in range(LENGTH)))


def read_ref(typed: str) -> str:
    """The reference as it is kept, from what a person typed: small letters, no hyphen, O for 0, I or L for 1."""
    return _grouped(typed.strip().upper().translate(_READ_AS))


def new_secret() -> str:
    """A secret for a link; nobody can guess it (192 bits)."""
    return secrets.token_urlsafe(24)


def digest(secret: str) -> str:
    """What the base keeps of a secret: 64 hexadecimal digits, from which nobody finds it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def opens(secret: str, kept: str) -> bool:
    """Whether `kept` is the digest of this secret."""
    return hmac.compare_digest(digest(secret), kept)


def _grouped(letters: str) -> str:
    return f"{letters[:GROUP]}-{letters[GROUP:]}"
