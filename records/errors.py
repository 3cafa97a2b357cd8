"""The errors of this package. The text of each is one sentence for the person who meets it."""


class RecordsError(Exception):
    """Something cannot be done in the database; str() says what, and what to do."""


class DatabaseBusy(RecordsError):
    """Another process held the database longer than the wait allowed; a call goes on without it."""


class DatabaseUnavailable(RecordsError):
    """The database cannot be opened, read or written."""


class NotFound(RecordsError):
    """No row has this id or reference."""


class ChangedMeanwhile(RecordsError):
    """Somebody else has changed it since it was read; nothing was written."""

    def __init__(self) -> None:
        super().__init__("Somebody else has changed this meanwhile; look at it again.")


class UnstorableText(RecordsError):
    """A text holds what no database can store: a NUL character, or half of a surrogate pair."""
