"""The checks of the public web application."""

from collections.abc import Iterable

from records.check_result import CheckResult
from routing.organisation import Organisation
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


def check_privacy_contact(organisation: Organisation) -> CheckResult:
    """Whether the callback form says whom to write to about personal data; without that, advice."""
    if organisation.can_be_written_to:
        return CheckResult("personal data", True, translatable("Visitors learn whom to write to about their data."))
    return CheckResult(
        "personal data",
        True,
        translatable("Visitors who leave their number do not learn whom to write to about their data."),
        translatable("Give an address in the console (Call plan, Organisation), or in the plan (organisation)."),
    )
