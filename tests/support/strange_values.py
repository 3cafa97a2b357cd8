"""What a stranger types where an address, a query or a form has an id, a number or a date."""

import re
from collections.abc import Iterator

from werkzeug.routing import Rule

UNKNOWN_IDS = (
    *("999999", "0", "-1", "007", "9223372036854775807", "9223372036854775808", "9" * 400),
    *("%D9%A1", "1.5", "1e5", "absent", "x" * 3000, "%00", "%ff", "%F0%9F%92%A5", "%20", "..%2f..%2fetc%2fpasswd"),
)
"""As they stand in a path: percent-encoded where necessary (an Arabic digit one, NUL, a byte that is no text)."""

NUMBERS = ("-1", "0", "9" * 30, "9" * 5000, "1e999", "nan", "-inf", "\u0661", "x", "", "1.5", "0x10", "1_0")
DATES = (
    *("9999-12-31T23:59:59Z", "9999-12-31T23:59", "0001-01-01T00:00", "0001-01-01T00:00:00+14:00", "2030-02-30T09:00"),
    *(
        "10000-01-01T00:00",
        "-0001-01-01T00:00",
        "2030-03-04T24:00",
        "2030-03-04",
        "now",
        "\u0662030-03-04T09:00",
        "9" * 400,
    ),
)
_ARGUMENT = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")


def paths_with_unknown_ids(url: Rule, **known: str) -> Iterator[str]:
    """The paths of a rule with ids that nothing has; none if it has no id. `known`: arguments that keep this value."""
    if _ARGUMENT.search(url.rule):
        for value in UNKNOWN_IDS:
            yield _ARGUMENT.sub(lambda argument, value=value: known.get(argument[1], value), url.rule)
