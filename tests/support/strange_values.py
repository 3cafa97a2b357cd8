"""What a stranger types where an address, a query or a form has an id, a number or a date."""

import re
from collections.abc import Iterator

from thorough import some
from werkzeug.routing import Rule

# In the short suite every third one: neighbours are of one kind.
UNKNOWN_IDS = some(
    (
        *("999999", "0", "-1", "007", "9223372036854775808", "9223372036854775807", "%D9%A1", "9" * 400),
        *("absent", "1.5", "%00", "1e5", "%ff", "%20", "..%2f..%2fetc%2fpasswd", "%F0%9F%92%A5", "x" * 3000),
    ),
    of=3,
)
"""As they stand in a path: percent-encoded where necessary (an Arabic digit one, NUL, a byte that is no text)."""

NUMBERS = some(
    ("-1", "0", "9" * 30, "9" * 5000, "nan", "1e999", "-inf", "1_0", "\u0661", "0x10", "x", "1.5", ""),
    of=3,
)
DATES = some(
    (
        *("9999-12-31T23:59:59Z", "9999-12-31T23:59", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00"),
        *("2030-02-30T09:00", "2030-03-04", "10000-01-01T00:00", "-0001-01-01T00:00", "2030-03-04T24:00"),
        *("\u0662030-03-04T09:00", "now", "9" * 400),
    ),
    of=3,
)
_ARGUMENT = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")


def paths_with_unknown_ids(url: Rule, **known: str) -> Iterator[str]:
    """The paths of a rule with ids that nothing has; none if it has no id. `known`: arguments that keep this value."""
    if _ARGUMENT.search(url.rule):
        for value in UNKNOWN_IDS:
            yield _ARGUMENT.sub(lambda argument, value=value: known.get(argument[1], value), url.rule)
