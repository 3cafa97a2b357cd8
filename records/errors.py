"""What can go wrong here; each error's text is one sentence for the person who meets it."""


class RecordsError(Exception):
    """Something in the base cannot be done; str() says what and what to do."""


class BaseBusy(RecordsError):
    """Another process held the base longer than the wait allowed; a call goes on without it."""


class BaseUnavailable(RecordsError):
    """The base cannot be opened, read or written."""


class NotFound(RecordsError):
    """No row has this reference."""


class TextRefused(RecordsError):
    """A text holds what no base can keep: a NUL character, or half of a surrogate pair."""
