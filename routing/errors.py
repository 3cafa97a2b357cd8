"""The error for a text that a user wrote and that cannot be used."""

from translations.message import Message


class InvalidTextError(ValueError):
    """`message` says what is wrong with the text, and what to write."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message
