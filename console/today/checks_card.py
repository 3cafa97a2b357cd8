"""What the checks of `doctor` have found: what is wrong, with what to do about it."""

from dataclasses import dataclass
from datetime import datetime

from console.context import get_context
from records.check_result import CheckResult
from web.language import current_language

# What the page shows in words of its own.
_SHOWN_ELSEWHERE = ("callbacks: paused", "callbacks: to check")


@dataclass(frozen=True, slots=True)
class Finding:
    """One check in the language of the reader; of each text every second part is a command to type."""

    message: tuple[str, ...]
    remedy: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckSummary:
    """What is wrong, and what is worth knowing; `at` is when it was checked, None before the first time."""

    at: datetime | None
    wrong: tuple[Finding, ...] = ()
    advice: tuple[Finding, ...] = ()


def summarize_checks() -> CheckSummary | None:
    """None where nothing is checked."""
    services = get_context().check_services
    if services is None:
        return None
    report = services.report()
    if report is None:
        return CheckSummary(None)
    shown = [check for check in report.results if check.name not in _SHOWN_ELSEWHERE]
    wrong = tuple(_finding(check) for check in shown if not check.ok)
    return CheckSummary(report.at, wrong, tuple(_finding(check) for check in shown if check.ok and check.remedy))


def _finding(check: CheckResult) -> Finding:
    message, remedy = check.in_language(current_language())
    return Finding(tuple(message.split("`")), tuple((remedy or "").split("`")))
