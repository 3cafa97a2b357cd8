"""Secrets of links and keys. The database keeps only their hashes."""

import hashlib
import hmac
import secrets


def generate_secret() -> str:
    """A random secret of 192 bits, safe in a URL."""
    return secrets.token_urlsafe(24)


def generate_reference() -> str:
    """A random reference of 128 bits in 32 hexadecimal digits: nobody guesses that of another call."""
    return secrets.token_hex(16)


def hash_secret(secret: str) -> str:
    """The SHA-256 of a secret in 64 hexadecimal digits.

    A plain hash is enough for a secret of 192 random bits; passwords and PINs need `records.users.passwords`.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def matches_hash(secret: str, expected_hash: str) -> bool:
    """Whether `expected_hash` is the hash of this secret; takes the same time for every secret."""
    return hmac.compare_digest(hash_secret(secret), expected_hash)
