"""Why a call was handed over to an overflow centre, in words for people."""

import re

from translations.message import Message, translatable

_NO_REASON = translatable("A key of the menu led there.")
_REASONS: tuple[tuple[str, Message], ...] = (
    (r"closed", translatable("We were closed.")),
    (r"switched to overflow by hand", translatable("Calls were sent there by hand.")),
    (r"nobody logged in", translatable("Nobody from the team was logged in.")),
    (r"nobody ready", translatable("Nobody from the team was free.")),
    (r"(?P<now>\d+) waiting > (?P<limit>\d+)", translatable("%(now)s callers waited, more than %(limit)s.")),
    (
        r"longest wait (?P<now>\d+) s > (?P<limit>\d+) s",
        translatable("The first caller had waited for %(now)s s, more than %(limit)s s."),
    ),
    (
        r"estimated wait (?P<now>\d+) s > (?P<limit>\d+) s",
        translatable("The caller would have waited for about %(now)s s, more than %(limit)s s."),
    ),
    (r"within the share of (?P<limit>\d+) %", translatable("It was one of the %(limit)s per cent that go there.")),
)
"""How the recorded reasons of routing/queue/overflow.py begin, and what they say to people."""


def tell_reason(because: str | None) -> Message:
    """Why the call was handed over, in words; `because` is the recorded reason."""
    if not because:
        return _NO_REASON
    for pattern, words in _REASONS:
        if found := re.match(rf"{pattern}(?:,|$)", because, re.ASCII):
            return Message(words.text, found.groupdict())
    return translatable("The reception was full.")
