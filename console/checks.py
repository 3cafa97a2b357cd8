"""The check of the console: whether its pages can be served."""

from collections.abc import Iterable

from records.check_result import CheckResult
from records.database.engine import Database
from records.users import users
from translations.message import translatable


def checks(database: Database, url: str, *, is_reachable: bool, is_unencrypted: bool) -> Iterable[CheckResult]:
    """Whether staff can log in.

    `is_reachable`: the console answers at `url`, its address from this machine; `is_unencrypted`: it can be reached
    over the network without encryption. Raises RecordsError.
    """
    if is_unencrypted:
        yield CheckResult(
            "console: encryption",
            True,
            translatable(
                "The console listens beyond this machine without https: passwords may cross the network readable."
            ),
            translatable("Put your web proxy with TLS before it, and its address into the setting console_url."),
        )
    if not is_reachable:
        yield CheckResult(
            "console",
            False,
            translatable("Nothing answers at %(url)s: staff cannot use the console.", url=url),
            translatable("Start the server (script/server), or read the log of `console`."),
        )
    elif users.has_no_users(database):
        yield CheckResult(
            "console",
            True,
            translatable("Nobody has an account of the console yet."),
            translatable("`standardiste account first` gives the link that makes the first administrator."),
        )
    else:
        yield CheckResult("console", True, translatable("Staff can log in to the console."))
