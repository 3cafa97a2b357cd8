"""Secrets that the software itself must read again, encrypted with keys that are not in the database.

Fernet (AES-128-CBC and HMAC-SHA256): https://github.com/fernet/spec
"""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from records.errors import RecordsError


class SecretUnreadable(RecordsError):
    """No key at hand opens the secret: it was encrypted with another one, or was altered."""

    def __init__(self) -> None:
        super().__init__(
            "The key of stored passwords is missing or another one; put the key file back "
            "(`standardiste trunk import-key FILE`), or type the password again."
        )


def generate_key() -> bytes:
    """A new key as one line of ASCII."""
    return Fernet.generate_key()


class SecretBox:
    """Encrypts with the first of its keys, and reads what any of them encrypted."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Raises ValueError for something that is no key."""
        self._fernet = MultiFernet([Fernet(key) for key in keys]) if keys else None

    def seal(self, text: str) -> str:
        """The text encrypted; each time another result. Raises SecretUnreadable without a key."""
        if self._fernet is None:
            raise SecretUnreadable
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text that was sealed. Raises SecretUnreadable."""
        try:
            if self._fernet is None:
                raise SecretUnreadable
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SecretUnreadable from None

    def reseal(self, sealed: str) -> str:
        """The same text, encrypted with the first key. Raises SecretUnreadable."""
        return self.seal(self.open(sealed))
