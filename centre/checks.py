"""The check of the pages of overflow centres: whether their agents can log in."""

from collections.abc import Iterable

from records.centres.accounts import list_served_centres
from records.check_result import CheckResult
from records.database.engine import Database
from routing.plan.model import OverflowPlan
from translations.message import translatable


def checks(
    database: Database, overflow: OverflowPlan, url: str, *, is_reachable: bool, is_unencrypted: bool
) -> Iterable[CheckResult]:
    """Whether people of centres can log in, where any has an account.

    `is_reachable`: the pages answer at `url`, their address from this machine; `is_unencrypted`: they can be reached
    over the network without encryption. Raises RecordsError.
    """
    served = list_served_centres(database)
    if not served:
        yield CheckResult(
            "centre", True, translatable("Nobody of an overflow centre has an account: its pages are closed.")
        )
        return
    if is_unencrypted:
        yield CheckResult(
            "centre: encryption",
            True,
            translatable("The pages of overflow centres can be reached over the network without https."),
            translatable("Put your web proxy with TLS before them, and its address into the setting centre_url."),
        )
    unknown = sorted(served - {centre.name for centre in overflow.centres})
    if unknown:
        yield CheckResult(
            "centre: accounts",
            False,
            translatable(
                "People of %(centres)s have accounts, and the plan has no such overflow centre: they see no call.",
                centres=", ".join(unknown),
            ),
            translatable("Close their accounts in the console (Costs of overflow), or put the centre into the plan."),
        )
    if is_reachable:
        yield CheckResult("centre", True, translatable("Agents of overflow centres can log in."))
    else:
        yield CheckResult(
            "centre",
            False,
            translatable("Nothing answers at %(url)s: agents of overflow centres see no card of a call.", url=url),
            translatable("Start the server (script/server), or read the log of `centre`."),
        )
