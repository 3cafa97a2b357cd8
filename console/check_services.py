"""The checks of `doctor` as pages know them: made elsewhere, so that no page waits for them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from records.check_result import CheckResult


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The results of the checks, made at that time."""

    at: datetime
    results: tuple[CheckResult, ...]


@dataclass(frozen=True, slots=True)
class CheckServices:
    """`report` gives the last results, or None; `request_run` has them made again beside the pages."""

    report: Callable[[], CheckReport | None]
    request_run: Callable[[], None]
