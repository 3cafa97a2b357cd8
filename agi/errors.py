"""Errors that flows and the server share, and how an error is logged."""

import traceback

from records.errors import RecordsError


class WriteFailed(Exception):
    """A write that a caller waited for did not happen, and will not happen later."""


def describe_error(error: Exception) -> str:
    """The text of a known error; of any other only its type and traceback, since its text may contain caller data."""
    if isinstance(error, RecordsError | OSError):
        return str(error)
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"
