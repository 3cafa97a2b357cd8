"""The check of the pages of overflow centres: whether their agents can log in."""

from collections.abc import Iterable
from datetime import datetime

from records.centres.accounts import has_supervisor, list_served_centres
from records.centres.missing_outcomes import find_overdue
from records.check_result import CheckResult
from records.database.engine import Database
from routing.plan.model import OverflowCentre, OverflowPlan
from translations.message import translatable


def checks(
    database: Database,
    overflow: OverflowPlan,
    url: str,
    at: datetime,
    *,
    is_reachable: bool,
    is_unencrypted: bool,
    sends_mail: bool,
) -> Iterable[CheckResult]:
    """Whether people of centres can log in, where any has an account, and whether the outcomes of calls come.

    `is_reachable`: the pages answer at `url`, their address from this machine; `is_unencrypted`: they can be reached
    over the network without encryption; `sends_mail`: there is a mail server. Raises RecordsError.
    More than six arguments: each is one fact that is checked.
    """
    for centre in overflow.centres:
        yield from _check_outcomes(database, centre, at, sends_mail)
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
    if unknown := sorted(served - {centre.name for centre in overflow.centres}):
        yield CheckResult(
            "centre: accounts",
            False,
            translatable(
                "People of %(centres)s have accounts, and the plan has no such overflow centre: they see no call.",
                centres=", ".join(unknown),
            ),
            translatable("Close their accounts in the console (Costs of overflow), or put the centre into the plan."),
        )
    yield _check_reachable(url, is_reachable)


def _check_reachable(url: str, is_reachable: bool) -> CheckResult:
    if is_reachable:
        return CheckResult("centre", True, translatable("Agents of overflow centres can log in."))
    return CheckResult(
        "centre",
        False,
        translatable("Nothing answers at %(url)s: agents of overflow centres see no card of a call.", url=url),
        translatable("Start the server (script/server), or read the log of `centre`."),
    )


def _check_outcomes(
    database: Database, centre: OverflowCentre, at: datetime, sends_mail: bool
) -> Iterable[CheckResult]:
    """Of a centre whose contract says until when it reports outcomes."""
    hours, title = centre.contract.outcome_h, centre.name
    if not hours:
        return
    if not has_supervisor(database, centre.name):
        yield CheckResult(
            "centre: outcomes",
            True,
            translatable("Nobody of “%(centre)s” is reminded of missing outcomes: it has no supervisor.", centre=title),
            translatable("Give a supervisor of the centre an account in the console (Costs of overflow)."),
        )
    elif not sends_mail:
        yield CheckResult(
            "centre: outcomes",
            True,
            translatable("Supervisors of “%(centre)s” get no e-mail about missing outcomes.", centre=title),
            translatable("Set a mail server (smtp_host); until then they see them on their page."),
        )
    if overdue := find_overdue(database, centre.name, hours, at=at).count:
        yield CheckResult(
            "centre: outcomes",
            True,
            translatable(
                "“%(centre)s” has not said in time what became of its calls: %(count)s.", centre=title, count=overdue
            ),
            translatable("Ask its supervisor; the console lists the calls (Costs of overflow, Figures)."),
        )
