"""The check of the public web application."""

from collections.abc import Iterable

from records.check_result import CheckResult
from translations.message import translatable


def check_public_server(url: str, *, answers: bool) -> Iterable[CheckResult]:
    """`answers`: whether the server answers at `url`, its address on this machine."""
    if answers:
        yield CheckResult("public", True, translatable("Our public pages answer visitors of websites."))
    else:
        yield CheckResult(
            "public",
            False,
            translatable("Nothing answers at %(url)s: visitors cannot ask for callbacks.", url=url),
            translatable("Start the server (script/server), or read the log of `public`."),
        )
