"""References of callbacks, short enough to be said aloud."""

import secrets

# Crockford's base 32: no I, L, O, U. https://www.crockford.com/base32.html
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH, GROUP = 8, 4

_READ_AS = str.maketrans("OIL", "011", "- ")


def generate_reference() -> str:
    """A random reference such as "K7M4-2QXD", one of 2^40."""
    number = secrets.randbits(5 * LENGTH)
    return _grouped("".join(ALPHABET[number >> 5 * place & 31] for place in range(LENGTH)))


def normalize_reference(typed: str) -> str:
    """The reference as it is stored, from what a person typed: lower case, no hyphen, O for 0, I or L for 1.

    A text with any other character gives one that no callback has.
    """
    letters = typed.strip().upper().translate(_READ_AS)
    return _grouped(letters if set(letters) <= set(ALPHABET) else "")


def _grouped(letters: str) -> str:
    return f"{letters[:GROUP]}-{letters[GROUP:]}"
